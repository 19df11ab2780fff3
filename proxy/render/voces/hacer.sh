#!/bin/sh
# Hace las voces del CAPTCHA. Necesita espeak-ng y sox: véase LEEME.md.
set -eu
cd "$(dirname "$0")"
spoken=$(mktemp)
trap 'rm -f "$spoken"' EXIT

decir() { # carácter, texto
    for voz in a:es-419:38 b:es-419+f2:62; do
        carpeta=${voz%%:*} resto=${voz#*:}
        mkdir -p "$carpeta"
        espeak-ng -v "${resto%:*}" -p "${resto#*:}" -s 135 -g 4 -w "$spoken" "$2"
        # Sin silencio en las puntas, al mismo volumen y sin el ruido que sox añade a 8 bits (-D).
        sox -D "$spoken" -r 8000 -b 8 -c 1 "$carpeta/$1.wav" highpass 120 \
            silence 1 0.02 0.5% reverse silence 1 0.02 0.5% reverse norm -3
    done
}

decir A "a, de árbol"
decir E "e, de enero"
decir F "efe, de foca"
decir H "hache, de hilo"
decir J "jota, de jarra"
decir K "ka, de kilo"
decir L "ele, de luna"
decir M "eme, de mesa"
decir N "ene, de nube"
decir P "pe, de papa"
decir R "erre, de río"
decir T "te, de taza"
decir X "equis, de extra"
decir Y "i griega, de yuca"
decir 3 "número tres"
decir 4 "número cuatro"
decir 7 "número siete"
decir 9 "número nueve"
