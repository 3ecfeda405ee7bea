# Tools come from PyPI into virtual environments of their own, made when first needed and again when their pins change.
# `make` lists the targets.

# Functions are built `release` for AWS and `quick` (little optimisation) for the emulated deployment.
PROFILE ?= release
# x86_64 or arm64; the stack's parameter Architecture says the same.
ARCHITECTURE ?= x86_64

FUNCTIONS := $(notdir $(wildcard functions/*))
TEMPLATES := template.yaml $(wildcard infra/*.yaml)
VENV := $(CURDIR)/.venv
export SAM_CLI_TELEMETRY = 0

CARGO_LAMBDA = PATH="$(VENV)/build/bin:$$PATH" cargo lambda build --profile $(PROFILE) \
	--$(subst x86_64,x86-64,$(ARCHITECTURE))

.DEFAULT_GOAL := help
.PHONY: help build build-hello lint-templates deploy-emulated

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

build: .venv/build/.made ## Compile every function for Lambda into target/lambda (PROFILE=, ARCHITECTURE=), print zip sizes
	$(CARGO_LAMBDA) $(FUNCTIONS:%=-p %)
	@python3 infra/tools/zip_sizes.py $(if $(filter release,$(PROFILE)),--limit 4) target/lambda $(FUNCTIONS)

build-hello: .venv/build/.made # The start-up baseline
	$(CARGO_LAMBDA) -p hello

lint-templates: .venv/templates/.made ## Validate the CloudFormation templates
	$(VENV)/templates/bin/cfn-lint $(TEMPLATES)
	$(VENV)/templates/bin/sam validate --lint --template template.yaml --region eu-west-1

deploy-emulated: PROFILE = quick
# Emulated functions run as processes of this machine.
deploy-emulated: ARCHITECTURE = $(subst aarch64,arm64,$(shell uname -m))
deploy-emulated: build .venv/templates/.made .venv/emulated/.made ## Deploy the built functions to an emulated AWS and run it until Ctrl-C (PORT=)
	exec $(VENV)/emulated/bin/python infra/emulated/deploy.py $(if $(PORT),--port $(PORT))

# Made only when its pins are newer; --clear starts over after an interrupted installation.
.venv/%/.made: infra/tools/%.txt
	python3 -m venv --clear .venv/$*
	.venv/$*/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement $<
	@touch $@
