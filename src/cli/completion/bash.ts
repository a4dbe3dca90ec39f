import { COMPLETE_COMMAND } from '../command.ts';

/**
 * Works in bash 3.2 (macOS) and later, with and without the package bash-completion.
 * readline also splits words at `=` and `:` (COMP_WORDBREAKS), and replaces only the last part.
 */
export const BASH_SCRIPT = String.raw`# bash completion of cred-watch. In ~/.bashrc: source <(cred-watch completion bash)
_cred_watch() {
  local rest=${'$'}{COMP_LINE:0:COMP_POINT} piece= line= i=0 words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    line=${'$'}{rest#"${'$'}{rest%%[![:space:]]*}"}
    piece=${'$'}{COMP_WORDS[i]}
    if ((i == COMP_CWORD)); then piece=$line; fi
    if ((i > 0)) && [[ $line == "$rest" ]]; then
      words[${'$'}{#words[@]} - 1]+=$piece
    else
      words+=("$piece")
    fi
    rest=${'$'}{line#"$piece"}
  done
  local last=$((${'$'}{#words[@]} - 1))
  local current=${'$'}{words[last]}
  if [[ -z ${'$'}{piece//[$COMP_WORDBREAKS]/} ]]; then piece=; fi
  local before=${'$'}{current%"$piece"}

  local kind= value=
  COMPREPLY=()
  {
    IFS= read -r kind
    if [[ $kind == words ]]; then
      while IFS= read -r value; do COMPREPLY+=("$value"); done
    fi
  } <<< "$(cred-watch ${COMPLETE_COMMAND} bash "=$current" "=$before" "${'$'}{words[@]:1:last - 1}" 2> /dev/null < /dev/null)"

  case $kind in
    words)
      compopt +o default 2> /dev/null
      if ((${'$'}{#COMPREPLY[@]} == 1)) && [[ ${'$'}{COMPREPLY[0]} == *[=,] ]]; then
        compopt -o nospace 2> /dev/null
      fi
      ;;
    command)
      for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${'$'}{COMP_WORDS[i]} == -- ]]; then break; fi
      done
      if declare -F _comp_command_offset > /dev/null; then
        _comp_command_offset $((i + 1))
      elif declare -F _command_offset > /dev/null; then
        _command_offset $((i + 1))
      elif ((COMP_CWORD == i + 1)) && [[ $current != */* ]]; then
        local IFS=$'\n'
        COMPREPLY=($(compgen -c -- "$current"))
      fi
      ;;
  esac
  return 0
}
complete -o default -F _cred_watch cred-watch
`;
