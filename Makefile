# perfgate. `make help` lists the targets; V=1 shows the commands; CPPFLAGS, CFLAGS and LDFLAGS are yours.
VARIANT ?= release
BUILD    = build/$(VARIANT)
PREFIX  ?= /usr/local
CFLAGS  ?= -O3 -g
PKGS     = gsl libcjson zlib libisal libprotobuf-c popt yaml-0.1 libpcre2-8 libdw libelf
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
Q        = $(if $(V),,@)
SUBMAKE  = $(MAKE) --no-print-directory

VARIANT_release =
VARIANT_asan    = $(SANITIZE)
VARIANT_cov     = --coverage
VARIANT_fuzz    = $(SANITIZE) -fsanitize=fuzzer-no-link

# pkg-config is asked once, and only when something is compiled: `make deps` must work before it exists.
pkg = $(eval $(1) := $$(shell pkg-config $(2)))$($(1))
PKG_CFLAGS  = $(call pkg,PKG_CFLAGS,--cflags $(PKGS) libcurl)
PKG_LIBS    = $(call pkg,PKG_LIBS,--libs $(PKGS))
CMOCKA_LIBS = $(call pkg,CMOCKA_LIBS,--libs cmocka)
# Nobody here reads errno after a function of math.h, nor traps a division: without that the compiler may do without calls and branches.
ALL_CFLAGS  = -std=c11 -D_GNU_SOURCE -I. -I$(BUILD) -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
              -Wmissing-prototypes -Wvla -fno-math-errno -fno-trapping-math $(if $(WERROR),-Werror) $(PKG_CFLAGS) $(VARIANT_$(VARIANT)) $(CPPFLAGS) $(CFLAGS)
ALL_LIBS    = $(VARIANT_$(VARIANT)) $(CFLAGS) $(LDFLAGS) $(PKG_LIBS) -liberty -lm -lpthread -ldl

# A room is a folder: new files and new rooms are found, none is listed.
FUZZERS  = $(wildcard */*_fuzz.c */*/*_fuzz.c)
SOURCES  = $(filter-out gate/main.c $(FUZZERS) runners/preload/%,$(wildcard $(foreach room,stats runners gate,$(room)/*.c $(room)/*/*.c)))
FUZZ_OBJECTS = $(FUZZERS:%.c=$(BUILD)/%.o)
PROTOS   = $(patsubst %.proto,$(BUILD)/%.pb-c,$(wildcard runners/*/*.proto))
LIBRARY  = $(BUILD)/libperfgate.a
PERFGATE = $(BUILD)/perfgate
UNITS    = $(patsubst %.c,$(BUILD)/%.t,$(wildcard tests/unit/test_*.c))
REPLAYS  = $(patsubst %_fuzz.c,$(BUILD)/tests/replay/%.t,$(notdir $(FUZZERS)))
PROGRAMS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/programs/*.c))
BENCHES  = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/*.c))
CLI      = $(wildcard tests/cli/*.bats)
SHARED   = $(BUILD)/tests/fail_io.so
PRELOAD  = $(BUILD)/libperfgate-sampler.so
TESTENV  = PERFGATE=$(CURDIR)/$(PERFGATE) BUILD=$(CURDIR)/$(BUILD)
OBJECTS  = $(patsubst %.c,$(BUILD)/%.o,$(SOURCES) $(FUZZERS) gate/main.c \
             $(wildcard tests/unit/*.c tests/bench/*.c tests/programs/*.c tests/replay.c))

all: $(PERFGATE) $(PRELOAD) build/perfgate ## build build/perfgate

build/perfgate: $(PERFGATE)
	$(Q)ln -sf $(VARIANT)/perfgate $@

$(PERFGATE): $(BUILD)/gate/main.o $(LIBRARY)
	@echo '  LD  $@'
	$(Q)$(CC) -o $@ $^ $(ALL_LIBS)

$(LIBRARY): $(SOURCES:%.c=$(BUILD)/%.o) $(PROTOS:=.o)
	@echo '  AR  $@'
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# Objects depend on the flags they were built with, and programs on the objects: changed CFLAGS or LDFLAGS build anew, a
# sanitizer build never mixes in.
$(BUILD)/flags: FORCE
	@sh tests/deps.sh --check && mkdir -p $(@D)
	@echo '$(CC) $(ALL_CFLAGS) $(LDFLAGS)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS) $(LDFLAGS)' > $@

# What protoc-c makes of a schema is built, not kept; the room that includes it waits for it.
$(BUILD)/%.pb-c.h: %.proto $(BUILD)/flags
	@mkdir -p $(@D) && echo '  PB  $<'
	$(Q)protoc-c --c_out=$(BUILD) $<

$(BUILD)/%.pb-c.o: $(BUILD)/%.pb-c.h
	$(Q)$(CC) $(ALL_CFLAGS) -Wno-conversion -c -o $@ $(@:.o=.c)

$(patsubst %.c,$(BUILD)/%.o,$(wildcard runners/profile/*.c)): | $(PROTOS:=.h)

# Pages are kept as HTML, CSS and JavaScript, and built as strings.
ASSETS = $(patsubst %.txt,$(BUILD)/%.h,$(wildcard gate/*/assets.txt))
$(ASSETS): $(BUILD)/%.h: %.txt gate/embed.sh $(wildcard $(foreach kind,html css js svg,gate/*/*.$(kind)))
	@mkdir -p $(@D)
	$(Q)sh gate/embed.sh $< >$@.part && mv $@.part $@

$(patsubst %.c,$(BUILD)/%.o,$(wildcard gate/flame/*.c gate/report/*.c)): | $(ASSETS)

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D) && echo '  CC  $<'
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(UNITS): $(BUILD)/%.t: $(BUILD)/%.o $(LIBRARY)
	$(Q)$(CC) -o $@ $^ $(ALL_LIBS) $(CMOCKA_LIBS)

$(PROGRAMS) $(BENCHES): $(BUILD)/%: $(BUILD)/%.o $(LIBRARY)
	$(Q)$(CC) -o $@ $^ $(ALL_LIBS)

$(SHARED): $(BUILD)/%.so: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE $(CFLAGS) -Wall -Wextra -shared -fPIC -o $@ $< -ldl

# Loaded into measured programs: no library but libc, and nothing of sanitizers or coverage.
$(PRELOAD): $(wildcard runners/preload/*.[ch]) runners/sampler/preload_format.h $(BUILD)/flags
	@echo '  LD  $@'
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -I. -O2 -g -Wall -Wextra -Wshadow -Wconversion $(if $(WERROR),-Werror) \
	    -shared -fPIC -fvisibility=hidden -o $@ $(filter %.c,$^) -lpthread -ldl -lrt

# A `%` in a prerequisite would be taken for the stem, so the object is found without a pattern.
fuzz_object = $(foreach object,$(FUZZ_OBJECTS),$(if $(findstring /$(1)_fuzz.o,$(object)),$(object)))

.SECONDEXPANSION:
$(REPLAYS): $(BUILD)/tests/replay/%.t: $$(call fuzz_object,$$*) $(BUILD)/tests/replay.o $(LIBRARY)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ $(ALL_LIBS)

deps: ## install with apt what is missing to build and to test
	@sh tests/deps.sh

demo: deps ## two builds of a real program, one slower by 10 %: measure, compare, exit 1
	@$(SUBMAKE) all && sh fixtures/demo/demo.sh

test: deps ## install what is missing, run the tests
	@$(SUBMAKE) check

check: $(PERFGATE) $(PRELOAD) $(UNITS) $(REPLAYS) $(PROGRAMS) $(SHARED) ## run the tests, install nothing
	@$(TESTENV) tests/tally.pl $(UNITS) $(REPLAYS) $(CLI)

check-asan: ## the tests under AddressSanitizer and UBSan, whose reports exit 99, never 1
	@ASAN_OPTIONS=exitcode=99:verify_asan_link_order=0 UBSAN_OPTIONS=exitcode=99:print_stacktrace=1 \
	    $(SUBMAKE) VARIANT=asan CFLAGS='-O1 -g' check

coverage: ## the tests with gcov: lines reached, a file a line
	@IO_STRIDE=17 $(SUBMAKE) VARIANT=cov CFLAGS='-O0 -g' check
	@sh tests/coverage.sh build/cov

action-test: $(PERFGATE) $(PRELOAD) build/perfgate ## the tests of the GitHub Action, without GitHub: needs node, and npm's registry once
	@PERFGATE=$(CURDIR)/$(PERFGATE) tests/action/run.sh || [ $$? -eq 77 ] # 77: it said what it needs

replay: $(REPLAYS) ## the fuzz corpora through their parsers
	@tests/tally.pl $(REPLAYS)

golden: $(PERFGATE) $(PROGRAMS) $(SHARED) ## rewrite tests/golden from what the program prints now
	@$(TESTENV) GOLDEN=write tests/tally.pl $$(grep -l '^ *golden ' $(CLI)) && git status --short tests/golden

bench: all $(BENCHES) ## speed against the peers that are installed, as ratios of one run
	@$(TESTENV) sh tests/bench.sh tests/bench/*.sh

bench-deps: ## install those peers (FLAMEGRAPH=FOLDER: the FlameGraph scripts from there)
	@sh tests/deps.sh --bench && FLAMEGRAPH="$(FLAMEGRAPH)" sh tests/peers.sh

bench-verdict: all $(BENCHES) ## verdict quality on recorded traces
	@$(TESTENV) sh tests/bench.sh tests/verdict/*.sh

bench-functions: $(BUILD)/tests/unit/test_function_truth.t ## how often function verdicts name what was planted
	@$<

FUZZ_TIME ?= 60
fuzz-%: ## libFuzzer on NAME_fuzz.c for FUZZ_TIME seconds, from its corpus
	@$(SUBMAKE) VARIANT=fuzz CC=clang CFLAGS='-O1 -g' build/fuzz/tests/$@
	@mkdir -p build/fuzz/corpus/$* && build/fuzz/tests/$@ -artifact_prefix=build/fuzz/ -max_total_time=$(FUZZ_TIME) build/fuzz/corpus/$* $(wildcard fixtures/fuzz/$*)

build/fuzz/tests/fuzz-%: $$(call fuzz_object,$$*) $(LIBRARY)
	$(Q)mkdir -p $(@D) && $(CC) -fsanitize=fuzzer -o $@ $^ $(ALL_LIBS)

layers: ## which room includes which, against tests/layers.txt
	@awk -f tests/layers.awk tests/layers.txt $$(git ls-files '*.c' '*.h')

lint: layers ## house rules, layout, scripts
	@bash tests/lint.sh

analyse: ## cppcheck over the whole tree
	@sh tests/analyse.sh

format: ## lay out every C file with clang-format
	@clang-format -i $$(git ls-files '*.c' '*.h')

$(BUILD)/perfgate.1: $(PERFGATE)
	$(Q)$< help --man > $@.part && mv $@.part $@

install: all $(BUILD)/perfgate.1 ## install program, manual page and completion under DESTDIR and PREFIX
	install -D -m 755 $(PERFGATE) $(DESTDIR)$(PREFIX)/bin/perfgate
	install -D -m 755 $(PRELOAD) $(DESTDIR)$(PREFIX)/lib/perfgate/libperfgate-sampler.so
	install -D -m 644 $(BUILD)/perfgate.1 $(DESTDIR)$(PREFIX)/share/man/man1/perfgate.1
	install -D -m 644 gate/commands/perfgate.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/perfgate

clean: ## remove build/
	rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { sub(/%/, "NAME", $$1); printf "  make %-14s %s\n", $$1, $$2 }' Makefile

FORCE:
.PHONY: all deps demo test check check-asan coverage action-test replay golden bench bench-deps bench-verdict \
        bench-functions layers lint analyse format install clean help FORCE
.SECONDARY:
-include $(OBJECTS:.o=.d)
