#!/usr/bin/env bash
# A real S3 object store for tests: a Ceph cluster of one monitor and one OSD that keeps everything in memory, and an object gateway before it.
# usage: ceph-rgw.sh FOLDER PORT
#   FOLDER   is made, and removed at the end
#   PORT     of the gateway on 127.0.0.1; the daemons take what they need from the 20 ports after it
# Prints "ready gateway=PID" when the gateway answers, with the key "testkey" and the secret "testsecret". Runs until it is told to end, or its standard input ends,
# so that it does not outlive whoever started it. CEPH_BYTES (default 4 GiB) is what the store holds.
# Exit codes: 3 the programs are not installed, 4 the port is taken, anything else: standard error has what the daemons said last.
set -euo pipefail
set -m # each daemon gets a group of its own, so that Ctrl+C reaches this script alone

folder=$1 port=$2 host=127.0.0.1
declare -a daemons=()

for program in ceph ceph-mon ceph-osd ceph-authtool monmaptool radosgw radosgw-admin; do
    command -v "$program" >/dev/null || { echo "not installed: $program" >&2; exit 3; }
done

end() {
    local status=$? pid
    trap - EXIT INT TERM HUP
    ((status == 0)) || tail -n 5 "$folder"/log/* >&2 2>/dev/null || true
    for pid in "${daemons[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true # nothing in it is worth a clean end
    done
    wait 2>/dev/null || true
    rm -rf "$folder"
}
trap end EXIT
trap 'exit 0' INT TERM HUP

is_taken() { (exec 3<>"/dev/tcp/$host/$1") 2>/dev/null; }
! is_taken "$port" || exit 4

# until_true SECONDS COMMAND...: asks again and again.
until_true() {
    local limit=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < limit)) || return 1
        sleep 0.2
    done
}

# start NAME COMMAND...: a daemon in the background, what it says into the log.
start() {
    local name=$1
    shift
    "$@" >"$folder/log/$name.out" 2>&1 </dev/null &
    daemons+=($!)
}

mkdir -p "$folder"/{mon,osd,run,log}
cluster=$(cat /proc/sys/kernel/random/uuid)
disk=$(cat /proc/sys/kernel/random/uuid)
keys=$folder/keyring
export CEPH_CONF=$folder/ceph.conf

cat >"$CEPH_CONF" <<END
[global]
fsid = $cluster
mon host = [v2:$host:$((port + 1))]
public addr = $host
cluster addr = $host
ms bind ipv6 = false
ms bind port min = $((port + 2))
ms bind port max = $((port + 20))
keyring = $keys
run dir = $folder/run
admin socket = $folder/run/\$name.\$pid.asok
log file = $folder/log/\$name.log
mon cluster log file = $folder/log/cluster.log
crash dir = $folder/log
debug ms = 0

# One copy of everything on the one disk there is, and no manager that would balance it.
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data avail warn = 1
mon data avail crit = 0

[mon.a]
mon data = $folder/mon

[osd.0]
osd data = $folder/osd
osd objectstore = memstore
memstore device bytes = ${CEPH_BYTES:-4294967296}
osd class load list = *
osd class default list = *

[client.rgw]
rgw frontends = beast endpoint=$host:$port
rgw dns name = $host
rgw enable usage log = false
# What is deleted leaves the memory within seconds, not after hours: a store that is full waits for ever.
rgw gc obj min wait = 5
rgw gc processor period = 10
rgw gc processor max time = 10
END

# Who may do what; the gateway does not start without keys.
ceph-authtool --create-keyring "$keys" --gen-key --name mon. --cap mon 'allow *' >/dev/null
ceph-authtool "$keys" --gen-key --name client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
ceph-authtool "$keys" --gen-key --name osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' >/dev/null
ceph-authtool "$keys" --gen-key --name client.rgw --cap mon 'allow rw' --cap osd 'allow rwx' >/dev/null

monmaptool --create --fsid "$cluster" --addv a "[v2:$host:$((port + 1))]" "$folder/monmap" >/dev/null
ceph-mon --mkfs --id a --monmap "$folder/monmap" --keyring "$keys"
start mon ceph-mon -f --id a
until_true 30 timeout 10 ceph --status

# The same name twice: under another one the disk waits for ever to be let in.
timeout 30 ceph osd new "$disk" >/dev/null
ceph-osd --mkfs --id 0 --osd-uuid "$disk" >"$folder/log/osd-mkfs.out" 2>&1
start osd ceph-osd -f --id 0
until_true 60 bash -c "timeout 10 ceph osd stat | grep -q '1 up'"

timeout 60 radosgw-admin user create --uid test --display-name test --access-key testkey --secret testsecret >"$folder/log/user.out" 2>&1
start rgw radosgw -f --name client.rgw
until_true 60 is_taken "$port"
echo ready "gateway=${daemons[2]}"

# Ends with whoever holds the other end of standard input. A read in the foreground would keep signals waiting.
cat >/dev/null <&0 &
daemons+=($!)
wait -n "${daemons[@]}" || true
