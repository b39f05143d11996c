# Every target is a command of tools/project.py, which works without make too.
# Further words: make test ARGS="tests/storage -k lock"
PYTHON ?= python3
ARGS ?=

.PHONY: setup run test test-faults bench lint lock

setup run test test-faults bench lint lock:
	@$(PYTHON) tools/project.py $@ $(ARGS)
