#include "gate/commands/command.h"
#include "runners/base/log.h"

#include <gsl/gsl_errno.h>

int main(void) {
    gsl_set_error_handler_off();
    pg_log(LOG_ERROR, "no command");
    return 2;
}
