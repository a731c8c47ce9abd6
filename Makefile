# Two commands do everything: `make book` and `make test`. `make` alone lists all.
.DEFAULT_GOAL := help
.PHONY: help book test setup audit live print publish release changes links format lint check reviewed reference bench serve lab write hub clean lock coursework grade mark

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export JUPYTER_CONFIG_DIR := $(CURDIR)/$(VENV)/etc/jupyter
export PYTHONDONTWRITEBYTECODE :=
# Charts are described by docstrings, which this would leave out.
export PYTHONOPTIMIZE :=

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Programs in $(VENV) know where it lies: in a folder that was moved or copied it is made anew.
# So it is where its Python is gone.
ifneq ($(shell test -x $(BIN)/python && cat $(VENV)/ready 2>/dev/null),$(CURDIR))
.PHONY: $(VENV)/ready
endif
# What stops a command from outside is said in a sentence.
RUN := $(BIN)/python unsigned_peace/commands.py
# Paths go to commands through the environment: a shell takes many signs for its own.
export UNSIGNED_PEACE_SUBMISSIONS := $(value SUBMISSIONS)
export UNSIGNED_PEACE_OUT := $(value OUT)
export UNSIGNED_PEACE_BASE := $(or $(value BASE),origin/main)
# Jupyter starts for root only if told so, as in containers.
ROOTLY := $(if $(filter 0,$(shell id -u)),--allow-root)

$(VENV)/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; $(PYTHON) is older, or is not there."; exit 1; }
	@! grep -q "$$(printf '\r')$$" requirements.txt || { echo "requirements.txt has line ends of Windows, which change what its digests are of. Clone again, or: git rm --cached -rq . && git reset --hard"; exit 1; }
	@echo "Preparing $(VENV) (once, a minute or two)"
	@$(PYTHON) -m venv --clear $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.txt > $(VENV)/installer.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r $(VENV)/installer.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@pwd -P > $@

book: $(VENV)/ready ## build the book into _build/html
	@PYTHONDONTWRITEBYTECODE=1 $(RUN) unsigned_peace  # a full disk would cut compiled modules short, and Python would not notice

live: $(VENV)/ready ## prepare what cells run on in the reader's browser (then: make book)
	@$(RUN) unsigned_peace.live
	@test ! -d coursework || $(RUN) unsigned_peace.coursework pages

setup: $(VENV)/ready ## install what tests and grading need of the system, as root on Debian or Ubuntu: Chromium, fonts, bubblewrap
	@$(RUN) tests.system install

# On a fresh machine two commands do everything, so what is lacking is installed where that may be done, and named.
test: lint book setup ## run every test: form, units, dataset, outputs, pages in a browser
	@$(RUN) pytest -n 2 --dist loadfile --no-loadscope-reorder
	@$(RUN) unsigned_peace.public.release tested

AUDITORS := tests/audit/node_modules/ready
$(AUDITORS): tests/audit/package-lock.json
	@command -v npm > /dev/null || { echo "The audit needs Node.js with npm (Debian: apt-get install nodejs npm)."; exit 1; }
	@cd tests/audit && npm ci --silent --ignore-scripts && touch node_modules/ready

audit: live publish setup $(AUDITORS) ## run the slow tests: every page judged by outside tools, and what takes minutes
	@$(RUN) pytest -n 2 --dist loadfile tests/audit

print: book ## write the book as a tagged PDF and an EPUB into _build/print
	@$(RUN) unsigned_peace.editions

# One folder for any host of static files. ADDRESS comes before `html: baseurl` of _config.yml.
publish: export BOOK_ADDRESS := $(or $(ADDRESS),$(BOOK_ADDRESS))
publish: print ## assemble all that a public site carries in _build/public (ADDRESS=https://... says where it will be)
	@$(RUN) unsigned_peace.public

# Asked before the editions are printed, which takes minutes, and again before anything is written.
release: $(VENV)/ready ## write archives, editions and checksums of this version into _build/release; only of a tested commit
	@$(RUN) unsigned_peace.public.release may
	@$(MAKE) --no-print-directory publish
	@$(RUN) unsigned_peace.public.release

changes: book ## say what this state moves against another: make changes BASE=origin/main
	@$(RUN) unsigned_peace.public.changes "$$UNSIGNED_PEACE_BASE"

links: book ## ask all outside addresses of the built book whether they are still there (half an hour)
	@$(RUN) unsigned_peace.public.outside_links

SOURCES := unsigned_peace tests bench scripts hub

format: $(VENV)/ready ## bring code and the cells of chapters and assignments into form
	@$(RUN) ruff check --quiet --fix $(SOURCES) || true
	@$(RUN) ruff format --quiet $(SOURCES)
	@$(RUN) scripts.format_cells

lint: $(VENV)/ready ## check the form of code, cells and data, types and layers: every fault a line
	@$(RUN) ruff check --quiet --output-format concise $(SOURCES)
	@$(RUN) ruff format --quiet --diff $(SOURCES) || { echo "Not in form: run make format."; exit 1; }
	@$(RUN) scripts.format_cells --check
	@$(RUN) mypy --no-error-summary
	@found=$$($(BIN)/lint-imports --no-logo) || { echo "$$found"; exit 1; }
	@$(RUN) unsigned_peace.validation
	@$(TO_READ_AGAIN)

# Not faults: who edits the English book is not stopped by editions in other languages.
TO_READ_AGAIN := test ! -d editions || $(RUN) unsigned_peace.publishing.short_editions.rests_on

check: $(VENV)/ready ## validate the dataset: every fault, a line each; and what editions in other languages should read again
	@$(RUN) unsigned_peace.validation
	@$(TO_READ_AGAIN)

reviewed: export UNSIGNED_PEACE_PAGE := $(value PAGE)
reviewed: $(VENV)/ready ## take the English text of a page's sections as read (PAGE=editions/ru/islands.md)
	@$(RUN) unsigned_peace.publishing.short_editions.rests_on

reference: $(VENV)/ready ## execute the chapters that something changed for and write the committed outputs (ALL=1: all, afresh)
	@$(RUN) unsigned_peace.notebooks --reference $(if $(ALL),--all)

bench: $(VENV)/ready ## measure the build beside stock jupyter-book and plain Sphinx, and its growth (ten minutes or more)
	@$(RUN) bench

coursework: $(VENV)/ready ## write the assignments: student versions, and keys for instructors
	@$(RUN) unsigned_peace.coursework write

grade: $(VENV)/ready ## grade submissions: make grade SUBMISSIONS=dir OUT=dir
	@test -n "$$UNSIGNED_PEACE_SUBMISSIONS" -a -n "$$UNSIGNED_PEACE_OUT" || { echo "Say where: make grade SUBMISSIONS=dir OUT=dir (files: SUBMISSIONS/<student>/<assignment>/<assignment>.ipynb)"; exit 2; }
	@PYTHONUTF8=1 $(RUN) unsigned_peace.coursework grade -- "$$UNSIGNED_PEACE_SUBMISSIONS" "$$UNSIGNED_PEACE_OUT"

mark: $(VENV)/ready ## mark essays in nbgrader's pages: make mark OUT=dir
	@$(RUN) unsigned_peace.coursework mark -- "$$UNSIGNED_PEACE_OUT"

serve: ## serve the built book on this machine only (PORT=8001 for another port)
	@test -f _build/html/index.html || { echo "There is no built book yet: run make book."; exit 1; }
	@$(PYTHON) unsigned_peace/commands.py http.server --bind 127.0.0.1 --directory _build/html "$(or $(PORT),8000)"

lab write: export JUPYTER_CONFIG_PATH := $(CURDIR)/unsigned_peace/lab/config
lab write: export PYTHONSTARTUP := $(CURDIR)/unsigned_peace/lab/startup.py
lab: $(VENV)/ready ## open the chapters in JupyterLab, as notebooks
	@$(RUN) jupyterlab $(ROOTLY) --LabApp.default_url=/lab/tree/book/run-it-yourself.md

write: $(VENV)/ready ## open the chapters in JupyterLab to write them: what you save changes book/
	@$(RUN) jupyterlab $(ROOTLY) --BookContents.originals='[]' --LabApp.default_url=/lab/tree/book

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
	@$(BIN)/python scripts/repeat_without_extras.py requirements.txt requirements-chapters.txt hub/requirements.txt
