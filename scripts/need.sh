#!/bin/sh
# Installs what is named and missing: go, postgres, pgbouncer, chromium, fonts,
# paperfont (that customs papers are printed in), pdftext (that reads them), npm, axe (by npm, into .cache).
# On Debian and Ubuntu by apt, as root or through sudo; elsewhere it says the
# one command to type. Says nothing when nothing is missing.
set -eu

missing=""
say() { printf '%s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
lack() { missing="$missing $1"; }

# the major version of the newest PostgreSQL here, 0 for none
postgres_here() {
	best=0
	for bin in "${PGBIN:-}" "$(dirname "$(readlink -f "$(command -v postgres 2>/dev/null || echo /nowhere/postgres)")")" \
		/usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin; do
		[ -x "$bin/postgres" ] && [ -x "$bin/initdb" ] || continue
		major=$("$bin/postgres" --version | sed -n 's/.*) \([0-9]*\).*/\1/p')
		[ "${major:-0}" -gt "$best" ] && best=$major
	done
	echo "$best"
}

# the major version apt would install, 0 for none
postgres_in_apt() {
	have apt-cache || { echo 0; return; }
	v=$(apt-cache policy postgresql 2>/dev/null | sed -n 's/^ *Candidate: \([0-9]*\).*/\1/p')
	echo "${v:-0}"
}

need_go() {
	go=${GO:-go}
	if ! have "$go"; then
		say "Go is not installed. Install 1.21 or later from https://go.dev/dl (macOS: brew install go); newer parts it fetches by itself."
		exit 1
	fi
	# asked outside the module, so that an old Go answers for itself
	version=$(cd / && GOTOOLCHAIN=local "$go" env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
	wanted=$(sed -n 's/^go 1\.\([0-9]*\).*/\1/p' go.mod)
	if [ "${version:-0}" -lt 21 ]; then
		say "This Go is too old to fetch its successor. Install 1.21 or later from https://go.dev/dl (macOS: brew install go)."
		exit 1
	fi
	[ "$version" -ge "$wanted" ] || say "This is Go 1.$version; it now fetches the 1.$wanted that the project needs."
}

chromium_here() {
	for name in "${CHROME:-}" chromium chromium-browser google-chrome google-chrome-stable; do
		[ -n "$name" ] && have "$name" && return 0
	done
	[ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] || [ -x "/Applications/Chromium.app/Contents/MacOS/Chromium" ]
}

cjk_here() {
	have fc-list || return 1
	[ -n "$(fc-list :lang=zh family 2>/dev/null)" ]
}

paperfont_here() {
	[ -n "${PAPER_FONT:-}" ] && return 0
	for path in /usr/share/fonts/truetype/wqy /usr/share/fonts/wenquanyi /usr/share/fonts/wqy-microhei /usr/local/share/fonts /Library/Fonts; do
		[ -e "$path/wqy-microhei.ttc" ] && return 0
	done
	return 1
}

axe=no
for what in "$@"; do
	case $what in
	go) need_go ;;
	postgres) [ "$(postgres_here)" -ge 15 ] || lack postgresql ;;
	pgbouncer) have pgbouncer || [ -x /usr/sbin/pgbouncer ] || lack pgbouncer ;;
	chromium) chromium_here || lack chromium ;;
	fonts) cjk_here || lack fonts-noto-cjk ;;
	paperfont) # elsewhere the market runs without it, and doctor says so
		paperfont_here || { have apt-get && lack fonts-wqy-microhei; } || say "To print customs papers, name a TrueType font with Chinese glyphs in PAPER_FONT." ;;
	pdftext) have pdftotext || lack poppler-utils ;;
	npm) have npm || lack npm ;;
	axe) axe=yes; have npm || lack npm ;;
	*) say "need.sh: unknown part $what"; exit 2 ;;
	esac
done

finish() {
	[ "$axe" = no ] || sh "$(dirname "$0")/npm.sh" axe-core 4.14.1
	exit 0
}
[ -n "$missing" ] || finish

if ! have apt-get; then
	say "These are missing:$missing."
	if have brew; then
		say "Type: brew install $(echo "$missing" | sed 's/ postgresql/ postgresql@16/; s/ chromium/ --cask chromium/; s/ npm/ node/; s/ fonts-noto-cjk/ --cask font-noto-sans-cjk-sc/; s/ poppler-utils/ poppler/')"
	else
		say "Type, on Fedora: sudo dnf install postgresql-server pgbouncer chromium npm google-noto-sans-cjk-fonts poppler-utils (elsewhere: the same parts by your package manager)."
	fi
	exit 1
fi

sudo=""
if [ "$(id -u)" -ne 0 ]; then
	if have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
		sudo="sudo"
	else
		say "These are missing:$missing. Type: sudo apt-get install$missing"
		[ "$missing" != " fonts-wqy-microhei" ] || finish # only papers need it
		exit 1
	fi
fi

say "Installing$missing (apt-get) …"
$sudo apt-get update -qq
case $missing in
*postgresql*)
	if [ "$(postgres_in_apt)" -lt 15 ]; then
		# an older release: the program then downloads a PostgreSQL of its own beside its data
		say "This release offers no PostgreSQL 15; the program will download one for itself."
		missing=$(echo "$missing" | sed 's/ postgresql//')
	else
		# only the programs are wanted: no server of the system's own is set up and started
		[ -e /etc/postgresql-common/createcluster.conf ] || {
			$sudo mkdir -p /etc/postgresql-common
			echo "create_main_cluster = false" | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null
		}
	fi ;;
esac
case $missing in
*chromium*) # Ubuntu calls it otherwise
	apt-cache policy chromium 2>/dev/null | grep -q 'Candidate: [0-9]' || missing=$(echo "$missing" | sed 's/ chromium/ chromium-browser/') ;;
esac
[ -n "$missing" ] || finish
# shellcheck disable=SC2086 # a list of words
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold $missing >/dev/null
finish
