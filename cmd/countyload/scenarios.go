package main

import (
	"math/rand/v2"
	"net/url"

	"github.com/google/uuid"
)

var address = map[string]string{"name": "王小明", "phone": "+8613800138000", "country": "CN", "admin_area": "上海市", "city": "上海市", "line1": "世纪大道 1 号"}

type cart struct {
	ID    uuid.UUID `json:"id"`
	Token string    `json:"token"`
}

// scenarios are what is measured: reads, a basket, and a whole order (make a
// cart, add, quote, place, pay).
func scenarios(m *market) []scenario {
	c := m.client
	carts := make([]cart, 1024)
	return []scenario{
		{"list", func(int) error {
			return c.call("list-products", uuid.Nil, "?limit=24", nil, "", nil)
		}},
		{"detail", func(int) error {
			return c.call("get-product", pick(m.products), "", nil, "", nil)
		}},
		{"search", func(int) error {
			q := places[rand.IntN(len(places))] + kinds[rand.IntN(len(kinds))] //nolint:gosec // a load's dice
			return c.call("list-products", uuid.Nil, "?limit=24&q="+url.QueryEscape(q), nil, "", nil)
		}},
		{"cart", func(n int) error {
			if carts[n].Token == "" {
				if err := c.call("create-cart", uuid.Nil, "", struct{}{}, "", &carts[n]); err != nil {
					return err
				}
			}
			return c.call("add-cart-line", carts[n].ID, "", map[string]any{"variant_id": m.variants[n%len(m.variants)], "quantity": 1}, carts[n].Token, nil)
		}},
		{"order", func(int) error { return order(c, pick(m.variants)) }},
	}
}

func order(c *client, variant uuid.UUID) error {
	var k cart
	if err := c.call("create-cart", uuid.Nil, "", struct{}{}, "", &k); err != nil {
		return err
	}
	if err := c.call("add-cart-line", k.ID, "", map[string]any{"variant_id": variant, "quantity": 1}, k.Token, nil); err != nil {
		return err
	}
	var quote struct {
		ID uuid.UUID `json:"id"`
	}
	if err := c.call("quote-checkout", uuid.Nil, "", map[string]any{"cart_id": k.ID, "address": address}, k.Token, &quote); err != nil {
		return err
	}
	var placed struct {
		Payment struct {
			ID uuid.UUID `json:"id"`
		} `json:"payment"`
	}
	if err := c.call("place-order", uuid.Nil, "", map[string]any{"quote_id": quote.ID, "email": "load@example.org"}, k.Token, &placed); err != nil {
		return err
	}
	return c.call("confirm-sandbox-payment", placed.Payment.ID, "", map[string]string{"outcome": "succeed"}, k.Token, nil)
}

func pick(ids []uuid.UUID) uuid.UUID { return ids[rand.IntN(len(ids))] } //nolint:gosec // a load's dice
