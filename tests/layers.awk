# awk -f layers.awk layers.txt FILE…: every #include of the files against the list of rooms; exit 1 if one is not allowed.
function room_of(path) {
    return path ~ /\// ? substr(path, 1, match(path, /\/[^\/]*$/) - 1) : "."
}
function allows(list, room, file,    words, i, n, word) { # does one of the words name the room or the file?
    n = split(list, words, " ")
    for (i = 1; i <= n; i++) {
        word = words[i]
        if (word == "*" || word == room || word == file ||
            (word ~ /\/\*$/ && index(room "/", substr(word, 1, length(word) - 1)) == 1))
            return 1
    }
    return 0
}
function complain(what) { print FILENAME ":" FNR ": " what; bad = 1 }

FNR == NR {
    sub(/#.*/, "")
    if (NF) { name = $1; $1 = ""; may[name] = $0 }
    next
}
FNR == 1 {
    files++
    room = room_of(FILENAME)
    allowed = ""
    known = room in may
    for (name in may)
        if (name !~ /^</ && (name == room || allows(name, room, ""))) { known = 1; allowed = allowed " " may[name] }
    if (!known)
        complain("room '" room "' is not in layers.txt")
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, part, "\"")
    target = room_of(part[2])
    if (target == ".")
        complain("\"" part[2] "\" is not written from the root")
    else if (target != room && !allows(allowed, target, part[2]))
        complain(room " may not include " target " (\"" part[2] "\")")
}
/^[ \t]*#[ \t]*include[ \t]*</ {
    for (name in may)
        if (name ~ /^</ && index($0, name) && !allows(may[name], room, FILENAME))
            complain("only" may[name] " may include " name)
}
END {
    if (!files) { print "layers: no file was read"; bad = 1 }
    exit bad
}
