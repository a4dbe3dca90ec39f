import { COMPLETE_COMMAND } from '../command.ts';

/** Works in zsh 5: sourced, or as the file `_cred-watch` in a folder of `$fpath`. */
export const ZSH_SCRIPT = String.raw`#compdef cred-watch
# zsh completion of cred-watch. In ~/.zshrc: source <(cred-watch completion zsh)
_cred-watch() {
  local -a output plain open
  local line value prefix
  output=("${'$'}{(@f)$(cred-watch ${COMPLETE_COMMAND} zsh "=${'$'}{(Q)PREFIX}" "${'$'}{(@Q)words[2,CURRENT-1]}" 2> /dev/null < /dev/null)}")
  case $output[1] in
    words)
      for line in "${'$'}{(@)output[2,-1]}"; do
        value=${'$'}{line%%$'\t'*}
        value=${'$'}{value//\\/\\\\}
        line=${'$'}{value//:/\\:}:${'$'}{line#*$'\t'}
        if [[ $value == *[=,] ]]; then open+=("$line"); else plain+=("$line"); fi
      done
      local result=1
      if (($#plain)); then _describe -t values value plain && result=0; fi
      if (($#open)); then _describe -t values value open -S '' && result=0; fi
      return result
      ;;
    files*)
      prefix=${'$'}{output[1]#files }
      if [[ -n $prefix ]]; then compset -P "${'$'}{(b)prefix}"; fi
      _files
      ;;
    command)
      local dashes=${'$'}{words[(i)--]}
      shift dashes words
      ((CURRENT -= dashes))
      _normal
      ;;
  esac
}
if [[ ${'$'}{funcstack[1]} == _cred-watch ]]; then
  _cred-watch "$@"
else
  if ((! ${'$'}{+functions[compdef]})); then autoload -Uz compinit && compinit -i -D; fi
  compdef _cred-watch cred-watch
fi
`;
