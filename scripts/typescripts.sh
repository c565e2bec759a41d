#!/bin/sh
# Has every TypeScript from 5.4 to 7 check what `maskbit export` prints of each machine. It needs internet, and takes a minute.
set -eu
folder=$(mktemp -d .exported-XXXXXX)
trap 'rm -rf "$folder"' EXIT
for machine in capability vector-page ownership vector function host-function interval assigned-device; do
  npx tsx cli/maskbit.ts export --machine "$machine" > "$folder/$machine.ts"
done
for version in 5.4.5 5.6.3 5.8.3 5.9 6.0.3 7.0.2; do
  flags='--noEmit --strict --skipLibCheck --module nodenext --target es2022'
  case $version in 6* | 7*) flags="--ignoreConfig $flags" ;; esac
  npx --yes --package "typescript@$version" tsc $flags "$folder"/*.ts
  echo "TypeScript $version accepts all of them"
done
