# perfgate: `make help` lists the targets.
VARIANT ?= release
BUILD    = build/$(VARIANT)
PREFIX  ?= /usr/local
CFLAGS  ?= -O2 -g
PKGS     = gsl libcjson zlib libprotobuf-c popt yaml-0.1
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

VARIANT_release =
VARIANT_asan    = $(SANITIZE)
VARIANT_cov     = --coverage
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -I. -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
             -Wmissing-prototypes -Wvla -MMD -MP $(shell pkg-config --cflags $(PKGS)) \
             $(VARIANT_$(VARIANT)) $(CFLAGS) $(if $(CI),-Werror)
ALL_LIBS   = $(VARIANT_$(VARIANT)) $(LDFLAGS) $(shell pkg-config --libs $(PKGS)) -lm -lpthread

ROOMS   = stats runners runners/base runners/recording runners/formats runners/sampler \
          gate gate/compare gate/baseline gate/report gate/commands
SOURCES = $(filter-out gate/main.c %_fuzz.c,$(wildcard $(ROOMS:%=%/*.c)))
OBJECTS = $(SOURCES:%.c=$(BUILD)/%.o)
UNITS   = $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%.t,$(wildcard tests/unit/test_*.c))
PERFGATE = $(BUILD)/perfgate

.PHONY: all test FORCE
all: build/perfgate ## build build/perfgate

build/perfgate: $(PERFGATE)
	@ln -sf $(VARIANT)/perfgate $@

$(PERFGATE): $(BUILD)/gate/main.o $(BUILD)/libperfgate.a
	$(CC) -o $@ $^ $(ALL_LIBS)

$(BUILD)/libperfgate.a: $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

# Objects depend on the flags they were built with: a changed CFLAGS rebuilds, a sanitizer build never mixes in.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(ALL_CFLAGS)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS)' > $@

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/tests/unit/%.t: $(BUILD)/tests/unit/%.o $(BUILD)/libperfgate.a
	$(CC) -o $@ $^ $(shell pkg-config --libs cmocka) $(ALL_LIBS)

test: build/perfgate $(UNITS) ## run the tests
	PERFGATE=$(CURDIR)/$(PERFGATE) prove -Q -j2 --ext .t --ext .bats --exec '' $(UNITS) $(wildcard tests/cli/*.bats)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
