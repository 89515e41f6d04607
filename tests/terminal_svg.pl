#!/usr/bin/perl
# terminal_svg.pl TITLE COLUMNS <TEXT >PICTURE: what a terminal of so many columns shows of TEXT, colours too, as an SVG.
use strict;
use warnings;
use utf8;
binmode STDIN, ':encoding(UTF-8)';
binmode STDOUT, ':encoding(UTF-8)';

my ($cell, $line, $margin, $bar) = (8.4, 19, 16, 34);
my %colour = (
    30 => '#484f58', 31 => '#ff7b72', 32 => '#7ee787', 33 => '#e3b341', 34 => '#79c0ff', 35 => '#d2a8ff',
    36 => '#76e3ea', 37 => '#e6edf3', 90 => '#8b949e', 91 => '#ffa198', 92 => '#a5f3b0', 93 => '#f2cc60',
    94 => '#a5d6ff', 95 => '#e2c5ff', 96 => '#b3f0ff', 97 => '#ffffff',
);
sub xml { my $text = shift; $text =~ s/&/&amp;/g; $text =~ s/</&lt;/g; $text =~ s/>/&gt;/g; $text =~ s/"/&quot;/g; $text }

my ($title, $columns) = (shift // '', shift // 100);
utf8::decode($title);
my ($row, $column, $widest, $body) = (0, 0, 0, '');
my ($fill, $bold, $dim) = ('', 0, 0);

sub show {
    my $text = shift;
    my $style = ($fill ? qq( fill="$fill") : '') . ($bold ? ' font-weight="bold"' : '') . ($dim ? ' opacity="0.65"' : '');
    $body .= sprintf qq(<text x="%.1f" y="%d" textLength="%.1f"%s>%s</text>\n),
        $margin + $column * $cell, $bar + $margin + $row * $line, $cell * length $text, $style, xml($text);
    $column += length $text;
    $widest = $column if $column > $widest;
}

while (my $text = <STDIN>) {
    $text =~ s/\r?\n//;
    $text =~ s/.*\r//;    # what a progress line left
    $column = 0;
    for my $part (split /(\e\[[0-9;]*[A-Za-z])/, $text) {
        if ($part =~ /^\e\[([0-9;]*)([A-Za-z])$/) {
            next if $2 ne 'm';
            for my $code (split /;/, $1 eq '' ? '0' : $1) {
                if    ($code == 0)  { ($fill, $bold, $dim) = ('', 0, 0) }
                elsif ($code == 1)  { $bold = 1 }
                elsif ($code == 2)  { $dim  = 1 }
                elsif ($code == 22) { ($bold, $dim) = (0, 0) }
                elsif ($code == 39) { $fill = '' }
                elsif ($colour{$code}) { $fill = $colour{$code} }
            }
            next;
        }
        while ($part =~ /( +)|((?:[^ ]| (?! ))+)/g) {
            my ($blank, $word) = ($1, $2);
            if (defined $blank) {
                $column += length $blank;
                next;
            }
            while ($column + length $word > $columns) {    # what does not fit goes on in the next line
                show(substr $word, 0, $columns - $column, '');
                ($row, $column) = ($row + 1, 0);
            }
            show($word);
        }
    }
    $row++;
}
my ($width, $height) = (2 * $margin + int($widest * $cell + 1), $bar + 1.2 * $margin + $row * $line);
printf <<'END', $width, $height, $width, $height, xml($title), $width, $height, $width / 2, xml($title), $body;
<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s">
<rect width="%d" height="%d" rx="8" fill="#0d1117"/>
<circle cx="20" cy="17" r="6" fill="#ff5f57"/><circle cx="40" cy="17" r="6" fill="#febc2e"/><circle cx="60" cy="17" r="6" fill="#28c840"/>
<text x="%d" y="22" text-anchor="middle" font-family="sans-serif" font-size="13" fill="#8b949e">%s</text>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#e6edf3" xml:space="preserve">
%s</g>
</svg>
END
