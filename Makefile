.DEFAULT_GOAL := help
RUN := sh stack/toolchain/run.sh

.PHONY: help demo test test-long test-k8s demo-k8s images down clean

help: ## what there is to make
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: ## start the bank and the bridge, follow one transfer all the way; ONCE=1 to end after the story
	@$(RUN) cli/src/main.ts demo

test: ## types, lint and all tests on a real stack; ONLY=<part of a path> for some of them
	@$(RUN) e2e/src/suite.ts $(if $(ONLY),'$(ONLY)')

test-long: ## thousands of schedules and rounds of faults on a real stack; SEED=<seed of a run> for the same again, ONLY= as above
	@$(RUN) e2e/src/suite.ts --long $(if $(SEED),'--seed=$(SEED)') $(if $(ONLY),'$(ONLY)')

test-k8s: ## the manifests on a real API server, then the demo as real pods, on a cluster of this machine (root; Debian)
	@$(RUN) k8s/src/suite.ts

demo-k8s: ## the same cluster with the demo, which stays
	@$(RUN) k8s/src/suite.ts --stay

images: ## all container images, by Docker or buildah
	@$(RUN) k8s/src/images/main.ts

down: ## end what a demo that was killed has left running
	@$(RUN) cli/src/main.ts down

clean: ## forget the demo's data; downloads stay in ~/.cache/banyan
	@$(RUN) cli/src/main.ts down
	@rm -rf .banyan
