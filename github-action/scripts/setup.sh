#!/usr/bin/env bash
# Makes the machine as measurable as it may be, and says which machine it is.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

program=$(fact program)

# On a hosted machine profiles need this; in a container of a job it is refused, and what remains is said by doctor.
lower_paranoia() {
    local now sudo=()
    [ "$PG_IN_SETUP_PERF" != false ] || return 0
    now=$(cat /proc/sys/kernel/perf_event_paranoid 2>/dev/null || echo 9)
    [ "$now" -gt 1 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            [ "$PG_IN_SETUP_PERF" = auto ] || message warning "setup-perf: sudo is not to be had; perf_event_paranoid stays $now"
            return 0
        fi
        sudo=(sudo -n)
    fi
    "${sudo[@]}" sysctl -q -w kernel.perf_event_paranoid=1 kernel.kptr_restrict=0 2>/dev/null ||
        message notice "perf_event_paranoid stays $now: the machine refused another value"
}

# The last CPU that this process may use, where there are two; CPU 0 has most of the interrupts.
choose_cpu() {
    local allowed last
    case $PG_IN_CPU_PIN in
    off) return 0 ;;
    auto)
        allowed=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)
        last=${allowed##*[,-]}
        [ "$last" = 0 ] || [ "$last" = "$allowed" ] || printf '%s\n' "$last"
        ;;
    *)
        taskset -c "$PG_IN_CPU_PIN" true 2>/dev/null || die "input cpu-pin is $PG_IN_CPU_PIN: there is no such CPU for this job"
        printf '%s\n' "$PG_IN_CPU_PIN"
        ;;
    esac
}

# field NAME: a text of doctor's JSON, which has a line for each
field() { sed -n "s/^ *\"$1\": \"\\([^\"]*\\)\",\\{0,1\\}\$/\\1/p" "$PG_STATE/doctor.json" | head -n 1; }

lower_paranoia
cpu=$(choose_cpu)
learn cpu "$cpu"
"$program" doctor --json="$PG_STATE/doctor.json" || die "perfgate doctor ended with $?"
model=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)
model=$(printable "${model:-$(uname -m)}")
fingerprint=$(field fingerprint_id)
[[ $fingerprint =~ ^[0-9a-f]{8,64}$ ]] || die "perfgate doctor names no machine"
learn fingerprint "$fingerprint"
learn cpu-model "$model"
output fingerprint "$fingerprint"
output cpu-model "$model"
