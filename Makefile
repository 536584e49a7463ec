.DEFAULT_GOAL := help
.PHONY: help run demo demo-remove build test tools check fmt clippy boundaries openapi openapi-check reference reference-check docs release \
	contract contract-full contract-tools lint opening-hours clients swagger-ui workflows quick-starts fuzz faults bench bench-quick bench-portfolio bench-need-indicators bench-tools

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 17

run: ## Build and serve on http://127.0.0.1:8080, with an SQLite file under var/
	cargo run --package digituki -- serve

demo: ## The same with a demonstration: 2,000 service points that are made up; `make demo-remove` removes them
	cargo run --package digituki -- demo --points 2000
	cargo run --package digituki -- serve

demo-remove: ## Remove the demonstration
	cargo run --package digituki -- demo --remove

build: ## Build the binary
	cargo build --locked --package digituki

# The black-box tests start the binary, which `cargo test` by itself would not build.
test: tools ## Run every test, on SQLite and on a throw-away PostgreSQL
	tests/postgres.sh with sh -c 'cargo build --locked --package digituki && cargo test --locked --workspace'

tools: ## See to it that the programs which tests need are there
	tests/tools.sh test

check: fmt clippy boundaries openapi-check reference-check docs ## Run every check that is not a test

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

release: openapi reference ## Release the contract and the migrations as they are: they are final then
	tests/release.sh

reference: build ## Write docs/reference anew, from the code
	rm -f docs/reference/*.md
	cargo run --quiet --locked --package digituki -- reference docs/reference

reference-check: ## Check that docs/reference is what the code says
	@generated=$$(mktemp -d) && trap 'rm -rf "$$generated"' EXIT \
		&& cargo run --quiet --locked --package digituki -- reference "$$generated" \
		&& { diff -ruN docs/reference "$$generated" \
			|| { echo 'docs/reference is out of date: run make reference' >&2; exit 1; }; }

docs: ## Build the documentation; a warning is an error
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked

contract: lint opening-hours workflows clients swagger-ui quick-starts fuzz ## Hold the contract with other people's tools

contract-full: contract-tools build ## Let schemathesis ask as every role, and for longer (hours)
	roles=$$(jq --raw-output '.components.schemas.Role.enum[]' openapi/openapi.json) && [ -n "$$roles" ] && \
	for caller in $$roles; do \
		tests/server.sh on-both tests/contract/fuzz.sh 300 "$$caller" || exit 1; \
	done

contract-tools: ## Install the tools that hold the contract, as they are locked
	tests/tools.sh contract
	tests/contract/tools.sh

lint: contract-tools ## Lint the contract, score it, and compare it with its last release
	tests/contract/lint.sh
	tests/contract/score.sh
	tests/contract/diff.sh

opening-hours: contract-tools ## Ask OpenStreetMap's own reader what the table of opening hours says
	tests/contract/opening_hours.sh

workflows: contract-tools build ## Run the workflows of openapi/workflows, and check that docs/workflows.md shows them
	tests/contract/workflows.sh check
	tests/server.sh on-both tests/contract/workflows.sh

clients: contract-tools build ## Run a client in TypeScript and one in Python, made from the contract
	tests/clients.sh make
	tests/server.sh on-both tests/clients.sh run

swagger-ui: contract-tools build ## Try every operation in Swagger UI, in a real browser
	tests/server.sh with tests/contract/swagger_ui.sh

quick-starts: contract-tools build ## Run the commands of docs/quick-starts as they are written
	tests/quick_starts.sh

fuzz: contract-tools build ## Let schemathesis ask what the contract allows and what it forbids
	timeout 2400 tests/server.sh on-both tests/contract/fuzz.sh 12 public national_developer integrator

faults: contract-tools build ## Put one fault after another into a copy of the code, and see each found
	tests/faults.sh

bench: bench-tools ## Measure the registry against two yardsticks, on both databases (an hour); writes target/bench
	tests/bench/bench.py

bench-quick: bench-tools ## The same with 20,000 points alone, and shorter (some minutes)
	tests/bench/bench.py --quick

bench-portfolio: ## Measure how long the best of all sets of 25 applications take to find; more than a second fails
	cargo run --release --locked --package digituki-domain --example portfolio

bench-need-indicators: ## Measure how long 100,000 need indicators take to load, on both databases; more than ten seconds fail
	cargo build --release --locked --package digituki
	DIGITUKI_TEST_PROFILE=release tests/server.sh with tests/bench/need_indicators.sh
	DIGITUKI_TEST_PROFILE=release tests/postgres.sh with sh -c \
		'DIGITUKI_TEST_DATABASE=$$DIGITUKI_TEST_POSTGRES exec tests/server.sh with tests/bench/need_indicators.sh'

bench-tools:
	tests/tools.sh bench
