package middleware

import (
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// address is where a request comes from. Each proxy notes at the end of
// X-Forwarded-For who asked it; what stands before the note of the outermost
// proxy of ours its client has written, and may be a lie. So the last hop that
// is no proxy of ours counts.
func address(c *fiber.Ctx, proxies []netip.Prefix) string {
	at, _ := netip.AddrFromSlice(c.Context().RemoteIP())
	at = at.Unmap()
	var notes []string
	for _, line := range c.Request().Header.PeekAll(fiber.HeaderXForwardedFor) {
		notes = append(notes, strings.Split(string(line), ",")...)
	}
	for i := len(notes) - 1; i >= 0 && among(proxies, at); i-- {
		hop, ok := readAddress(strings.TrimSpace(notes[i]))
		if !ok {
			break
		}
		at = hop
	}
	return at.String()
}

func among(networks []netip.Prefix, at netip.Addr) bool {
	for _, n := range networks {
		if n.Contains(at) {
			return true
		}
	}
	return false
}

// readAddress reads an address, with a port or without.
func readAddress(s string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Unmap(), true
	}
	ap, err := netip.ParseAddrPort(s)
	return ap.Addr().Unmap(), err == nil
}
