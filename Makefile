.DEFAULT_GOAL := help
.PHONY: help run build test tools check fmt clippy boundaries openapi openapi-check docs

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: ## Build and serve on http://127.0.0.1:8080, with an SQLite file under var/
	cargo run --package digituki -- serve

build: ## Build the binary
	cargo build --package digituki

# The black-box tests start the binary, which `cargo test` by itself would not build.
test: tools ## Run every test, on SQLite and on a throw-away PostgreSQL
	tests/postgres.sh with sh -c 'cargo build --locked --package digituki && cargo test --locked --workspace'

tools: ## See to it that the programs which tests need are there
	tests/tools.sh

check: fmt clippy boundaries openapi-check docs ## Run every check that is not a test

fmt: ## Check the formatting
	cargo fmt --all --check

clippy: ## Lint; a warning is an error
	cargo clippy --workspace --all-targets --locked -- -D warnings

boundaries: ## Check the architecture's invariants
	tests/boundaries.sh

openapi: ## Record the contract's examples and write openapi/openapi.json anew
	DIGITUKI_RECORD=1 tests/postgres.sh with sh -c \
		'cargo build --locked --package digituki && cargo test --locked --package digituki-tests every_example_is_what_the_server_answers'
	cargo run --quiet --locked --package digituki -- openapi > openapi/openapi.json.tmp \
		&& mv openapi/openapi.json.tmp openapi/openapi.json \
		|| { rm -f openapi/openapi.json.tmp; exit 1; }

openapi-check: ## Check that openapi/openapi.json is what the code says
	@generated=$$(mktemp) && trap 'rm -f "$$generated"' EXIT \
		&& cargo run --quiet --locked --package digituki -- openapi > "$$generated" \
		&& { diff -u openapi/openapi.json "$$generated" \
			|| { echo 'openapi/openapi.json is out of date: run make openapi' >&2; exit 1; }; }

docs: ## Build the documentation; a warning is an error
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked
