# Two commands do everything on a fresh machine:
#   make demo    a county market on http://localhost:8080, nothing to configure
#   make test    all tests, on a real PostgreSQL and in a real browser
# `make help` lists the rest.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
DEMO    ?=
PKG     ?= ./...
SHELL   := /bin/sh

# An older Go (1.21 or later) fetches the toolchain that go.mod asks for.
export GOTOOLCHAIN := auto
# A checkout of another owner, or without git, builds as well; the version is given by hand below.
export GOFLAGS := $(filter-out -buildvcs=%,$(GOFLAGS)) -buildvcs=false

LINT = $(GO) tool -modfile=tools/go.mod golangci-lint

.DEFAULT_GOAL := help
.PHONY: help demo test check lint format race squawk redocly fuzz bench build generate clean need-go need-postgres need-tests

help: ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: need-go need-postgres ## a county market on this machine; DEMO="--addr 0.0.0.0:8080" gives it flags
	@echo "Building and starting the demo (the first build takes a minute or two) …"
	@$(GO) build -o bin/countyfair ./cmd/countyfair # the flags of the tests, so that these find it built
	@exec bin/countyfair demo $(DEMO)

test: need-go need-tests ## all tests, browser tests included; PKG=./checkout/... for some
	$(GO) vet $(PKG)
	$(GO) test -timeout 20m $(PKG)

check: need-go need-tests lint squawk redocly race ## everything a change must pass: format, linters, migrations, API document, races

lint: need-go ## gofumpt, gci and golangci-lint, then go vet
	$(LINT) fmt --diff
	$(LINT) run
	$(GO) vet ./...

format: need-go ## write the files as gofumpt and gci want them
	$(LINT) fmt

race: need-go need-tests ## all tests with the race detector, in random order
	$(GO) test -race -shuffle=on -timeout 40m $(PKG)

squawk: ## migrations that would lock a busy table
	sh scripts/squawk.sh

redocly: need-go need-tests ## the API document, by Redocly's recommended rules
	GO="$(GO)" sh scripts/redocly.sh

FUZZTIME ?= 30s
fuzz: need-go need-tests ## each fuzz target for FUZZTIME
	GO="$(GO)" FUZZTIME="$(FUZZTIME)" sh scripts/fuzz.sh

bench: need-go need-tests ## how fast it is, beside pgbench on the same server
	$(GO) test -run '^$$' -bench . -benchmem ./...
	$(GO) run ./cmd/countyload

build: need-go ## the program, as bin/countyfair
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/countyfair ./cmd/countyfair

generate: need-go ## the Go code of the page templates
	$(GO) tool templ generate

clean: ## remove what was built (the demo's data in ./data stays)
	rm -rf bin artefacts .cache

need-go:
	@GO="$(GO)" sh scripts/need.sh go

need-postgres:
	@sh scripts/need.sh postgres paperfont

need-tests:
	@sh scripts/need.sh postgres pgbouncer chromium fonts paperfont pdftext axe
