#!/bin/sh
# Hace las letras de las constancias. Necesita fonts-noto-core y fonts-noto-mono (Debian) y pyftsubset
# (fonttools, de Python): véase LEEME.md.
set -eu
cd "$(dirname "$0")"

recortar() { # letra, caracteres
    pyftsubset "/usr/share/fonts/truetype/noto/$1.ttf" --unicodes="$2" --output-file="$1.ttf" \
        --layout-features='*' --no-hinting --name-IDs='*' --notdef-outline --no-recalc-timestamp
}

texto=20-7E,A0-24F,2B0-377,384-38A,38C,38E-3A1,3A3-3E1,400-52F,1E00-1EFF,200B,2010-2027,2030-205E
texto=$texto,20A0-20BF,2100-215F
recortar NotoSans-Regular "$texto"
recortar NotoSans-Bold "$texto"
recortar NotoSansMono-Regular 20-7E # las huellas
