#!/bin/sh
# Keeps the first tokens of a context and its last ones, half of the budget each. It wants no more than two numbers of a
# context, so that it needs no program but the shell.

# Prints the number that stands behind a name in the line.
number() {
    rest=${line#*\""$1"\":}
    echo "${rest%%[!0-9]*}"
}

# Prints the numbers from $1 to below $2, with a comma behind each.
numbers() {
    i=$1
    while [ "$i" -lt "$2" ]; do
        printf '%s,' "$i"
        i=$((i + 1))
    done
}

echo '{"type": "hello", "protocol": 1, "name": "Head and tail", "returns": "indices"}'
while IFS= read -r line; do
    case $line in
        *'"type":"open"'*) echo '{"type": "ready"}' ;;
        *'"type":"compress"'*)
            length=$(number length)
            budget=$(number budget)
            head=$(((budget + 1) / 2))
            kept=$(numbers 0 "$head")$(numbers $((length - budget + head)) "$length")
            echo "{\"type\": \"kept\", \"id\": $(number id), \"indices\": [${kept%,}]}"
            ;;
    esac
done
