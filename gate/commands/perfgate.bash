# bash completion for perfgate. The words come from the program itself, so they are those of the installed version.
_perfgate() {
    local word=${COMP_WORDS[COMP_CWORD]} command='' part='' i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --) return ;; # from here on it is the measured command
        -C) i=$((i + 1)) ;;
        -*) ;;
        *) [[ -n $command ]] && part=${part:-${COMP_WORDS[i]}} || command=${COMP_WORDS[i]} ;;
        esac
    done
    local table words left_out=''
    table=$("${COMP_WORDS[0]}" help --bash 2>/dev/null) || return
    grep -q "^$command $part:" <<<"$table" && command="$command $part"
    words=$(cut -d: -f1 <<<"$table" | grep -v " ")
    case $command in
    '') words="$words -C -q -v --version" ;;
    help) words="$words $(sed -n 's|^help: *||p' <<<"$table")" ;;
    *) words=$(sed -n "s|^$command: *||p" <<<"$table") ;;
    esac
    # Without a dash an operand is meant: a word of ours, or else a file, which bash finds by itself.
    [[ $word == -* ]] || left_out='-*'
    mapfile -t COMPREPLY < <(compgen -W "$words" -X "$left_out" -- "$word")
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null || true
    fi
}
complete -o default -F _perfgate perfgate
