#!/bin/sh
# Makes the fonts of this folder. It needs fonts-noto-core and fonts-noto-mono (Debian) and pyftsubset
# (fonttools). What is kept of Noto Sans is what PRINTABLE says in proxy/render/constancia.py.
set -e
cd "$(dirname "$0")"
from=${NOTO:-/usr/share/fonts/truetype/noto}
# One date in both: pyftsubset writes none of its own, so the same fonts give the same bytes.
subset() {
  pyftsubset "$from/$1.ttf" --unicodes="$2" --output-file="$1.ttf" --layout-features='*' \
    --no-hinting --desubroutinize --name-IDs='*' --notdef-outline --no-recalc-timestamp
}
texts=20-7E,A0-24F,2B0-377,384-38A,38C,38E-3A1,3A3-3E1,400-52F,1E00-1EFF,2010-2027,2030-205E,200B,20A0-20BF,2100-215F
subset NotoSans-Regular "$texts"
subset NotoSans-Bold "$texts"
subset NotoSansMono-Regular 20-7E
