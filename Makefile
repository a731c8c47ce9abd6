# Two commands do everything: `make book` and `make test`. `make` alone lists all.
.DEFAULT_GOAL := help
.PHONY: help book test setup audit print format lint check reference bench serve lab write hub clean lock coursework grade mark

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export JUPYTER_CONFIG_DIR := $(CURDIR)/$(VENV)/etc/jupyter
export PYTHONDONTWRITEBYTECODE :=

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Programs in $(VENV) know where it lies: in a folder that was moved or copied it is made anew.
ifneq ($(shell cat $(VENV)/ready 2>/dev/null),$(CURDIR))
.PHONY: $(VENV)/ready
endif
# Jupyter starts for root only if told so, as in containers.
ROOTLY := $(if $(filter 0,$(shell id -u)),--allow-root)

$(VENV)/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; $(PYTHON) is older."; exit 1; }
	@echo "Preparing $(VENV) (once, a minute or two)"
	@$(PYTHON) -m venv --clear $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.txt > $(VENV)/installer.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r $(VENV)/installer.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@echo "$(CURDIR)" > $@

book: $(VENV)/ready ## build the book into _build/html
	@PYTHONDONTWRITEBYTECODE=1 $(BIN)/python -m unsigned_peace  # a full disk would cut compiled modules short, and Python would not notice

setup: $(VENV)/ready ## install what tests and grading need of the system, where this may be done: Chromium, fonts, bubblewrap
	@$(BIN)/python -m tests.browser
	@$(BIN)/python -m tests.bubblewrap

test: book setup ## run every test: units, dataset, outputs, pages in a browser
	@$(BIN)/python -m pytest -n 2 --dist loadfile --nbval --nbval-current-env --ignore tests/audit

AUDITORS := tests/audit/node_modules/ready
$(AUDITORS): tests/audit/package-lock.json
	@command -v npm > /dev/null || { echo "The audit needs Node.js with npm (Debian: apt-get install nodejs npm)."; exit 1; }
	@cd tests/audit && npm ci --silent --ignore-scripts && touch node_modules/ready

audit: book setup $(AUDITORS) ## run the slow tests: every page judged by outside tools, and what takes minutes
	@$(BIN)/python -m pytest -n 2 --dist loadfile tests/audit

print: book ## write the book as a tagged PDF and an EPUB into _build/print
	@$(BIN)/python -m tests.browser
	@$(BIN)/python -m unsigned_peace.editions

SOURCES := unsigned_peace tests bench scripts hub

format: $(VENV)/ready ## bring code and the cells of chapters and assignments into form
	@$(BIN)/ruff check --quiet --fix $(SOURCES) || true
	@$(BIN)/ruff format --quiet $(SOURCES)
	@$(BIN)/python -m scripts.format_cells

lint: $(VENV)/ready ## check the form of code, cells and data, types and layers: every fault a line
	@$(BIN)/ruff check --quiet $(SOURCES)
	@$(BIN)/ruff format --quiet --check $(SOURCES)
	@$(BIN)/python -m scripts.format_cells --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m unsigned_peace.validation

check: $(VENV)/ready ## validate the dataset: every fault, a line each
	@$(BIN)/python -m unsigned_peace.validation

reference: $(VENV)/ready ## execute the chapters that something changed for and write the committed outputs (ALL=1: all, afresh)
	@$(BIN)/python -m unsigned_peace.notebooks --reference $(if $(ALL),--all)

bench: $(VENV)/ready ## measure the build beside stock jupyter-book and plain Sphinx, and its growth (ten minutes or more)
	@$(BIN)/python -m bench

coursework: $(VENV)/ready ## write the assignments: student versions, and keys for instructors
	@$(BIN)/python -m unsigned_peace.coursework write

grade: $(VENV)/ready ## grade submissions: make grade SUBMISSIONS=dir OUT=dir
	@test -n "$(SUBMISSIONS)" -a -n "$(OUT)" || { echo "Say where: make grade SUBMISSIONS=dir OUT=dir (files: SUBMISSIONS/<student>/<assignment>/<assignment>.ipynb)"; exit 2; }
	@$(BIN)/python -m unsigned_peace.coursework grade "$(SUBMISSIONS)" "$(OUT)"

mark: $(VENV)/ready ## mark essays in nbgrader's pages: make mark OUT=dir
	@test -f "$(OUT)/gradebook.db" || { echo "Say where: make mark OUT=dir (the folder that make grade wrote)"; exit 2; }
	@cd "$(OUT)" && PATH="$(abspath $(BIN)):$$PATH" jupyter lab $(ROOTLY) --ServerApp.jpserver_extensions=unsigned_peace.coursework.form=True --LabApp.default_url=/formgrader/gradebook

serve: ## serve the built book on this machine only (PORT=8001 for another port)
	@test -f _build/html/index.html || { echo "There is no built book yet: run make book."; exit 1; }
	@$(PYTHON) -m http.server --bind 127.0.0.1 --directory _build/html $(or $(PORT),8000)

lab: $(VENV)/ready ## open the chapters in JupyterLab, as notebooks
	@JUPYTER_CONFIG_PATH=$(CURDIR)/unsigned_peace/lab/config $(BIN)/jupyter lab $(ROOTLY) --LabApp.default_url=/lab/tree/book/run-it-yourself.md

write: $(VENV)/ready ## open the chapters in JupyterLab to write them: what you save changes book/
	@JUPYTER_CONFIG_PATH=$(CURDIR)/unsigned_peace/lab/config $(BIN)/jupyter lab $(ROOTLY) --BookContents.originals='[]' --LabApp.default_url=/lab/tree/book

hub: hub/.venv/ready hub/node_modules/ready ## prepare a JupyterHub for a class (page "Running a hub for a class")

hub/.venv/ready: $(VENV)/ready requirements-chapters.txt hub/requirements.txt
	@$(PYTHON) -m venv --clear hub/.venv
	@$(BIN)/uv pip install --quiet --python hub/.venv/bin/python --require-hashes --compile-bytecode -r requirements-chapters.txt -r hub/requirements.txt
	@$(BIN)/uv pip install --quiet --python hub/.venv/bin/python --no-deps --no-build-isolation -e .
	@touch $@

hub/node_modules/ready: hub/package-lock.json
	@command -v npm > /dev/null || { echo "The hub's proxy needs Node.js with npm (Debian: apt-get install nodejs npm)."; exit 1; }
	@cd hub && npm ci --silent --ignore-scripts && touch node_modules/ready

clean: ## remove everything that was built
	@rm -rf _build .pytest_cache

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate
lock: $(VENV)/ready ## renew the locks: all that the project uses, what chapters need, and the hub's (KEEP=1 adds what is new and renews nothing)
	@$(COMPILE) $(if $(KEEP),,--upgrade) pyproject.toml --group chapters --group book --group coursework --group test --group lint -o requirements.txt
	@$(COMPILE) pyproject.toml --group chapters --constraints requirements.txt -o requirements-chapters.txt
	@$(COMPILE) $(if $(KEEP),,--upgrade) hub/requirements.in --constraints requirements.txt -o hub/requirements.txt
