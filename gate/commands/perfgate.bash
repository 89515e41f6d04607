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
    local table
    table=$("${COMP_WORDS[0]}" help --bash 2>/dev/null) || return
    grep -q "^$command $part:" <<<"$table" && command="$command $part"
    if [[ -z $command ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(cut -d: -f1 <<<"$table" | grep -v " ") -C -q -v --version" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -W "$(sed -n "s|^$command: *||p" <<<"$table")" -- "$word")
    fi
}
complete -o default -F _perfgate perfgate
