#!/usr/bin/perl
# Runs test programs as `prove -j2` does, lists every skip with its reason, and ends with one line:
#   N passed, N failed[, N skipped]
# A crash, a wrong plan, a non-zero exit, a file without tests and no tests at all are failures.
use strict;
use warnings;
use TAP::Harness;

my $limit = $ENV{TEST_TIMEOUT} // 900;    # seconds a file
my (@skips, %skipped, %comments);
my $harness = TAP::Harness->new({
    failures => 1,
    jobs => $ENV{TEST_JOBS} // 2,
    exec => ['timeout', '-k', '10', $limit],
});
$harness->callback(made_parser => sub {
    my ($parser, $job) = @_;
    my $file = $job->[0];
    $parser->callback(comment => sub { push @{ $comments{$file} }, shift->as_string });
    $parser->callback(test => sub {
        my $test = shift;
        return unless $test->has_skip && $test->is_actual_ok;
        $skipped{$file}++;
        push @skips, sprintf '%s: %s: %s', $file, $test->description =~ s/^- //r, $test->explanation || 'no reason given';
    });
});

my @files = @ARGV;
my $aggregate = @files ? $harness->runtests(@files) : undef;
my ($passed, $failed, $skipped) = (0, 0, 0);
for my $file (@files) {
    my ($parser) = $aggregate->parsers($file);
    my $bad = $parser->failed;
    my $reason = $parser->skip_all // '';
    if ($reason =~ /\S/ && $reason !~ /no reason/i) {
        push @skips, "$file: $reason";
        $skipped++;
    } elsif (!$bad && ($parser->has_problems || $parser->tests_run == 0)) {
        print "$file: ", $parser->tests_run ? 'ended badly' : 'ran no test', ' (exit ', $parser->exit, ")\n";
        $bad = 1;
    }
    print "$file:\n", map { "  $_\n" } @{ $comments{$file} } if $bad && $comments{$file};
    $failed += $bad;
    $passed += $parser->passed - ($skipped{$file} // 0);
    $skipped += $skipped{$file} // 0;
}
print "skipped: $_\n" for @skips;
print "$passed passed, $failed failed", ($skipped ? ", $skipped skipped" : ''), "\n";
exit($failed || !$passed ? 1 : 0);
