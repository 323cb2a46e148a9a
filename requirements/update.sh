#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Writes the pinned requirements anew from pyproject.toml, with hashes and without naming where they come from.
set -eu
cd "$(dirname "$0")/.."
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
python3 -m venv "$venv"
"$venv/bin/pip" install -q uv
compile() {
	"$venv/bin/uv" pip compile -q pyproject.toml --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-header --no-annotate --universal --python-version 3.11 "$@"
}
compile --extra site -o requirements/serve.txt
compile --extra site --extra dev -o requirements/test.txt
