package checkout

import (
	"strings"

	"github.com/google/uuid"

	"countyfair/internal/money"
	"countyfair/internal/notify"
)

// The kinds of messages that buying sends. Each is told once; their data are
// number, total {amount, currency} and path, and what stands beside them here.
const (
	tellPlaced    = "order_placed"          // buyer
	tellPaid      = "order_paid"            // buyer
	tellToShip    = "order_to_ship"         // seller
	tellShipped   = "order_shipped"         // buyer: carrier, tracking_number
	tellDelivered = "order_delivered"       // seller
	tellCancelled = "order_cancelled"       // buyer and seller: reason
	tellExpired   = "order_expired"         // buyer
	tellRefunded  = "order_refunded"        // buyer
	tellLate      = "late_payment_refunded" // buyer
)

// toBuyer is a message about the whole group to whoever bought.
func (s *Service) toBuyer(tenant uuid.UUID, g *group, kind string) notify.Message {
	numbers := make([]string, len(g.Orders))
	for i, o := range g.Orders {
		numbers[i] = o.Number
	}
	m := s.toBuyerOf(tenant, g, g.Orders[0], kind)
	m.Dedupe = kind + "/" + g.ID.String()
	m.Data["number"], m.Data["total"] = strings.Join(numbers, ", "), g.Total
	return m
}

// toBuyerOf is a message about one order to whoever bought.
func (s *Service) toBuyerOf(tenant uuid.UUID, g *group, o placedOrder, kind string) notify.Message {
	return notify.Message{
		Kind: kind, Dedupe: kind + "/" + o.ID.String() + "/buyer", Email: g.Email, Phone: g.Phone, Language: g.Language,
		Data: data(o.Number, o.Total, s.orderPath(tenant, g.ID, o.Number)),
	}
}

// toSeller is a message about one order to its seller.
func toSeller(o placedOrder, kind string) notify.Message {
	return notify.Message{
		Kind: kind, Dedupe: kind + "/" + o.ID.String() + "/seller", Email: o.email, Phone: o.phone, Language: o.language,
		Data: data(o.Number, o.Total, "/sell/orders/"+o.Number),
	}
}

func data(number string, total money.Money, path string) map[string]any {
	return map[string]any{"number": number, "total": total, "path": path}
}
