# Everything is Python (tools/): this file only names the targets. PYTHON=… chooses the interpreter, PORT=… the port of `make run`.
PYTHON ?= python3

.PHONY: setup run test soak format secrets clean
setup run test soak format secrets clean:
	@"$(PYTHON)" -m tools $@
