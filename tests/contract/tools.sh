#!/usr/bin/env bash
# Installs, as they are locked, the tools that hold the contract: into node_modules and .venv beside this file.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ../install.sh

install_node
install_python
