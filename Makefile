# Every target is a command of the Python package "tools"; `make help` lists them with their settings.
PYTHON ?= python3
COMMANDS := run test soak bench day lint stop clean distclean backup restore env help

.PHONY: $(COMMANDS)
.DEFAULT_GOAL := help

$(COMMANDS):
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "error: Python 3.10 or newer is needed, and there is no command '$(PYTHON)'." >&2; \
	  echo "       On Debian: apt-get install python3 python3-venv" >&2; exit 1; }
	@exec $(PYTHON) -m tools $@
