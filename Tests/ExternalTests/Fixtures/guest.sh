#!/bin/sh
# A guest for tests, in POSIX sh: keeps the first tokens of each context, unless it is to misbehave.
#
#     guest.sh MODE [FILE]
#
# FILE gets a line for each thing that the test wants to know afterwards, among them the numbers of processes; where
# tensors are kept, it is the file of them.
mode=${1:-good}
file=${2:-/dev/null}
hello='{"type":"hello","protocol":1,"name":"Guest","wants":["tokens"],"returns":"indices"}'

say() { printf '%s\n' "$1"; }

# The whole number behind a name in the line.
number() {
    rest=${line#*\""$1"\":}
    value=${rest%%[!0-9]*}
}

# The numbers from 0 to below $1, with commas.
first() {
    i=0 list=
    while [ "$i" -lt "$1" ]; do
        list=$list${list:+,}$i
        i=$((i + 1))
    done
}

case $mode in
    crash-at-start) echo "no module named nonesuch" >&2; exit 3 ;;
    silent-at-start) sleep 60; exit ;;
    early-output) echo "Loading the model ..." ;;
    no-answer-at-all) exit 0 ;;
    old-protocol) hello='{"type":"hello","protocol":7,"name":"Guest","returns":"indices"}' ;;
    nameless) hello='{"type":"hello","protocol":1,"name":" ","returns":"indices"}' ;;
    half-hello) hello='{"type":"hello","protocol":1,"name":"Guest"}' ;;
    other-wants) hello='{"type":"hello","protocol":1,"name":"Guest","wants":["pixels"],"returns":"indices"}' ;;
    changing) hello='{"type":"hello","protocol":1,"name":"Guest '$$'","returns":"indices"}' ;;
    text | tokenize | tokenize-forever)
        hello='{"type":"hello","protocol":1,"name":"Guest","wants":["text"],"returns":"text"}' ;;
    everything)
        hello='{"type":"hello","protocol":1,"name":"Guest","wants":["tokens","text","offsets","units","question"],"returns":"indices"}' ;;
    batch) hello='{"type":"hello","protocol":1,"name":"Guest","returns":"indices","batch":3}' ;;
    embeddings*) hello='{"type":"hello","protocol":1,"name":"Guest","returns":"embeddings","trained":true}' ;;
    keys*) hello='{"type":"hello","protocol":1,"name":"Guest","returns":"keys-and-values"}' ;;
    version) hello='{"type":"hello","protocol":1,"name":"Guest","returns":"indices","version":"'$2'"}' ;;
    described) hello='{"type":"hello","protocol":1,"name":"Guest","returns":"indices","summary":"'$2'"}' ;;
    refuses-to-open | never-ready) ;;
esac
say "$hello"

held=
while IFS= read -r line; do
    case $line in
        *'"type":"open"'*)
            case $mode in
                refuses-to-open) say '{"type":"error","message":"not for this model"}' ;;
                never-ready) sleep 60 ;;
                everything | folder) printf '%s\n' "$line" >> "$file" ;;
            esac
            rest=${line#*'"folder":"'}
            folder=${rest%%\"*}
            # A file of tensors is handed over as it is.
            case $mode in
                embeddings* | keys*) ;;
                *) echo "$$" >> "$file" ;;
            esac
            say '{"type":"ready"}'
            continue ;;
    esac
    number id; id=$value
    number budget; budget=$value
    case $mode in
        slow) sleep 60 ;;
        crash) echo "cannot go" >&2; echo "on like this" >&2; kill -s SEGV $$ ;;
        crash-later) [ "$id" -lt 3 ] || { echo "out of memory" >&2; exit 9; } ;;
        exit) exit 0 ;;
        over-budget) budget=$((budget + 1)) ;;
        negative) say '{"type":"kept","id":'"$id"',"indices":[-1]}'; continue ;;
        outside) say '{"type":"kept","id":'"$id"',"indices":[999999]}'; continue ;;
        huge) say '{"type":"kept","id":'"$id"',"indices":[99999999999999999999]}'; continue ;;
        descending) say '{"type":"kept","id":'"$id"',"indices":[1,0]}'; continue ;;
        other-id) id=$((id + 100)) ;;
        twice) first "$budget"; say '{"type":"kept","id":'"$id"',"indices":['"$list"']}' ;;
        nothing) say '{"type":"kept","id":'"$id"'}'; continue ;;
        garbage) say 'kept: 1 2 3'; continue ;;
        half) printf '{"type":"kept","id":%s,' "$id"; exit 0 ;;
        not-utf-8) printf '{"type":"kept","id":%s,"text":"\377"}\n' "$id"; continue ;;
        nested) head -c 100000 /dev/zero | tr '\0' '['; echo; continue ;;
        error) say '{"type":"error","message":"it is too cold"}'; continue ;;
        long-line) head -c 100000000 /dev/zero | tr '\0' x; echo; continue ;;
        endless) while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done | tr -d '\n' ;;
        closes-input) exec <&-; sleep 60 ;;
        closes-output) exec >&-; sleep 60 ;;
        floods) head -c 3000000 /dev/zero | tr '\0' '\n' | sed 's/^/noise/' >&2 ;;
        floods-forever) while :; do echo noise >&2; done ;;
        grandchild) sleep 60 & echo $! >> "$file"; exit 0 ;;
        stays) trap '' TERM; sleep 60 & echo $! >> "$file" ;;
        tokenize)
            say '{"type":"tokenize","text":"Anna Berg"}'
            IFS= read -r line
            rest=${line#*\[}
            list=${rest%%\]*}
            echo "$list" >> "$file"
            say '{"type":"kept","id":'"$id"',"text":"Anna Berg"}'
            continue ;;
        tokenize-forever) while :; do say '{"type":"tokenize","text":"Anna Berg"}'; done ;;
        text) say '{"type":"kept","id":'"$id"',"text":"Anna \u00e9"}'; continue ;;
        everything) printf '%s\n' "$line" >> "$file" ;;
        batch)
            # All of a batch are read before one is answered, the last one first.
            number left
            first "$budget"
            held='{"type":"kept","id":'"$id"',"indices":['"$list"']}
'$held
            [ "$value" -gt 0 ] || { printf '%s' "$held"; echo "$id" >> "$file"; held=; }
            continue ;;
        embeddings-path) say '{"type":"kept","id":'"$id"',"file":"../slots.safetensors"}'; continue ;;
        embeddings-link) ln -sf "$file" "$folder/s"; say '{"type":"kept","id":'"$id"',"file":"s"}'; continue ;;
        embeddings-missing) say '{"type":"kept","id":'"$id"',"file":"none"}'; continue ;;
        embeddings-large)
            head -c 20000000 /dev/zero > "$folder/s"; say '{"type":"kept","id":'"$id"',"file":"s"}'; continue ;;
        embeddings-places)
            cp "$file" "$folder/s"
            say '{"type":"kept","id":'"$id"',"file":"s","positions":[0,9223372036854775807]}'; continue ;;
        embeddings-next)
            cp "$file" "$folder/s"
            say '{"type":"kept","id":'"$id"',"file":"s","positions":[1,3],"next":5}'; continue ;;
        embeddings | keys) cp "$file" "$folder/s"; say '{"type":"kept","id":'"$id"',"file":"s"}'; continue ;;
    esac
    first "$budget"
    say '{"type":"kept","id":'"$id"',"indices":['"$list"']}'
done
case $mode in
    stays) sleep 60 ;;
esac
