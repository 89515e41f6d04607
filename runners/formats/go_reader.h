/* Go benchmark text line by line, for readers that find its lines inside another format. */
#ifndef RUNNERS_FORMATS_GO_READER_H
#define RUNNERS_FORMATS_GO_READER_H

#include "runners/base/error.h"
#include "runners/recording/recording.h"

struct go_reader;

struct go_line {
    struct text text;
    uint64_t number; /* in the input, for messages */
    bool open;       /* the input ended before its newline */
};

/* Fills `r`; everything else lives in `scratch`, and `err` gets the errors of go_reader_line. */
struct go_reader *go_reader_new(struct recording *r, struct arena *scratch, struct pg_error *err);

/* Takes a line; what cannot be used becomes a note. False with err set when a limit is reached. */
bool go_reader_line(struct go_reader *reader, struct go_line line);

/* After the last line: the series are complete. */
void go_reader_end(struct go_reader *reader);

#endif
