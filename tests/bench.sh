#!/usr/bin/env bash
# Measures the server beside others, one after the other on this machine: bash tests/bench.sh. See tests/bench/README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

if [[ -z $(PATH=$PATH:/usr/sbin command -v nginx) ]]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx
fi

npm ci --prefix tests/bench --no-audit --no-fund
npm ci --prefix tests/e2e --no-audit --no-fund
dotnet build tests/TusUpload.Benchmarks -c Release -v quiet

# As it is installed, compiled ahead.
published=$(mktemp -d "${TMPDIR:-/tmp}/tus-upload-published.XXXXXX")
trap 'rm -rf "$published"' EXIT
dotnet publish src/TusUpload.Server -c Release --use-current-runtime -p:RunAnalyzers=false -v quiet -o "$published"
export E2E_SERVER=$published/TusUpload.Server.dll
PATH=$PATH:/usr/sbin node tests/bench/bench.mjs
