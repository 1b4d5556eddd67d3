# zsh_offers.zsh FOLDER LINE...: what zsh offers after each line, its completions in FOLDER.
zmodload zsh/zpty
home=$(mktemp -d)
cat > $home/.zshrc <<END
PROMPT= RPROMPT=
fpath=($1 \$fpath)
autoload -Uz compinit
compinit -D -u
END
cat >> $home/.zshrc <<'END'
zstyle ':completion:*' insert-tab false
# What is added as matches is printed; what is only asked for, is not.
compadd() {
  if (( ${argv[(I)-(O|A|D)]} == 0 )); then
    local -a hits
    builtin compadd -A hits "$@"
    print -rl -- "offer:"$^hits
  fi
  builtin compadd "$@"
}
offer() { zle complete-word; print -- all:offered }
zle -N offer
bindkey '^I' offer
print ready:now
END
export ZDOTDIR=$home
zpty shell zsh -i
zpty -r shell line '*ready:now*'
for words in "${@[2,-1]}"; do
  zpty -w -n shell $'\025'"$words"$'\t'
  zpty -r shell line '*all:offered*'
  print -r -- "after $words"
  print -r -- $line | tr -d '\r' | sed -n 's/^.*offer:\(..*\)$/\1/p'
done
zpty -d shell
rm -rf $home
