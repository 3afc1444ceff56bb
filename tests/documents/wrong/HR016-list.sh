printf 'handrail: 1\nkind: protocol\nsigns: ['
head -c 20000 /dev/zero | sed 's/\x00/1,/g'
printf ']\n'
