# Every target is a command of tools/project.py, which works without make too.
# Further words: make test ARGS="tests/storage -k lock"
PYTHON ?= python3
ARGS ?=

.PHONY: setup run test test-slow test-faults bench lint lock mining pictures

setup run test test-slow test-faults bench lint lock mining pictures:
	@$(PYTHON) tools/project.py $@ $(ARGS)
