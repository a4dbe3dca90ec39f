import { COMPLETE_COMMAND } from '../command.ts';

/** Works in fish 3.0 and later. */
export const FISH_SCRIPT = String.raw`# fish completion of cred-watch. In config.fish: cred-watch completion fish | source
function __cred_watch_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    set -l output (cred-watch ${COMPLETE_COMMAND} fish "=$current" $words 2>/dev/null </dev/null)
    switch "$output[1]"
        case words
            set -e output[1]
            if set -q output[1]
                printf '%s\n' $output
            end
        case 'files *'
            set -l prefix (string sub -s 7 -- $output[1])
            set -l file (string sub -s (math (string length -- "$prefix") + 1) -- "$current")
            for each in (__fish_complete_path "$file")
                printf '%s%s\n' "$prefix" $each
            end
        case command
            while test "$words[1]" != --
                set -e words[1]
            end
            set -e words[1]
            complete -C (string join ' ' -- (string escape -- $words) "$current")
    end
end
complete -c cred-watch -f -a '(__cred_watch_complete)'
`;
