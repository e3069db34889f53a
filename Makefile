# Everything sets itself up: `make run` and `make test` are all a newcomer needs. `make` alone lists the targets.
SHELL := /bin/bash
TOOLS := .tools
UV := $(TOOLS)/uv/bin/uv
PYTHON := .venv/bin/python
# A python3 that has pip: a pyenv shim fails inside this folder when pyenv lacks the version of .python-version.
BOOT := $(shell for p in python3 /usr/bin/python3 /usr/local/bin/python3; do "$$p" -m pip --version >/dev/null 2>&1 && { echo "$$p"; break; }; done)
# uv does not look into pyenv by itself. Empty: uv downloads a Python 3.10.
PYTHON310 := $(shell for p in $$(command -v python3.10) "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.10*/bin/python3.10 /usr/local/bin/python3.10 /opt/python3.10/bin/python3.10; do \
  [ -x "$$p" ] && "$$p" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null && { echo "$$p"; break; }; done)
export UV_CACHE_DIR ?= $(CURDIR)/$(TOOLS)/cache
export OMP_NUM_THREADS := 1
export RASA_TELEMETRY_ENABLED := false

.DEFAULT_GOAL := help
.PHONY: help setup check content train run chat test eval bench clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: .venv/.ready ## install everything into this folder
run: setup ## train when needed, start, print the address
	@$(PYTHON) -m bot run
train: setup ## train the Rasa model when something changed
	@$(PYTHON) -m bot train
chat: setup ## talk to the bot in the terminal
	@$(PYTHON) -m bot chat
content: setup ## check the knowledge
	@$(PYTHON) -m bot kb check
check: setup ## format, lint, types, imports
	@.venv/bin/ruff format --check -q . && .venv/bin/ruff check -q . && .venv/bin/mypy && .venv/bin/lint-imports --no-cache >$(TOOLS)/imports.log 2>&1 || { cat $(TOOLS)/imports.log 2>/dev/null; exit 1; }
test: setup ## run all tests, with coverage
	@.venv/bin/python -m pytest
eval: setup ## measure on the development questions
	@$(PYTHON) -m bot eval
bench: setup ## load a running server (benchmarks/load.py --help)
	@$(PYTHON) benchmarks/load.py
clean: ## remove what was made, not what was installed
	rm -rf var .pytest_cache .mypy_cache .ruff_cache

.venv/.ready: pyproject.toml uv.lock | $(UV)
	@free=$$(df -Pk . | awk 'NR==2 {print int($$4/1024)}'); [ "$$free" -ge 3000 ] || { echo "磁盘空间不够：还剩 $$free MB，安装需要约 3000 MB。请先清理磁盘。"; exit 1; }
	@[ -n "$(PYTHON310)" ] && echo "用 $(PYTHON310) 安装依赖（第一次约一两分钟）……" || echo "没有找到 Python 3.10，让 uv 下载一个……"
	@$(UV) sync --frozen --no-progress -q $(if $(PYTHON310),--python $(PYTHON310)) || { echo "依赖没有装好。没有 Python 3.10 的机器要能上网；装了 3.10 请确认 python3.10 能运行。"; exit 1; }
	@echo "正在编译字节码（只做一次）……"; $(PYTHON) -m compileall -q -j 0 .venv/lib >/dev/null 2>&1 || true
	@touch $@

$(UV):
	@test -n "$(BOOT)" || { echo "需要带 pip 的 python3：请先安装 python3 和 python3-pip。"; exit 1; }
	@echo "正在安装 uv（只装在 $(TOOLS)/ 里）……"
	@$(BOOT) -m pip install -q --disable-pip-version-check --no-warn-script-location --root-user-action=ignore --target $(TOOLS)/uv uv
