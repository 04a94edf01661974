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

// scenarios are what is measured against PostgreSQL: reads, a basket, and a
// whole order (make a cart, add, quote, place, pay); then the same reads as
// pages for people.
func (m *market) scenarios() []scenario {
	carts := make([]cart, 1024)
	return []scenario{
		{"list", m.list},
		{"detail", func(int) error { return m.detail(pick(m.products)) }},
		{"search", m.search},
		{"cart", func(n int) error {
			if carts[n].Token == "" {
				if err := m.client.call("create-cart", uuid.Nil, "", struct{}{}, "", &carts[n]); err != nil {
					return err
				}
			}
			return m.client.call("add-cart-line", carts[n].ID, "", map[string]any{"variant_id": m.variants[n%len(m.variants)], "quantity": 1}, carts[n].Token, nil)
		}},
		{"order", func(int) error { return m.order(pick(m.variants)) }},
		{"order one SKU", func(int) error { return m.order(m.variants[1]) }}, // every order changes one and the same row
		{"page home", func(int) error { return m.client.page("/") }},
		{"page list", func(int) error { return m.client.page("/search?sort=newest") }},
		{"page product", func(int) error { return m.client.page("/p/" + pick(m.slugs)) }},
	}
}

// cached are the reads that are answered from memory where they can be.
func (m *market) cached() []scenario {
	popular := m.products[:min(100, len(m.products))]
	return []scenario{
		{"held list", m.list},
		{"held detail", func(int) error { return m.detail(pick(popular)) }},
		{"held search", m.search},
		{"held page home", func(int) error { return m.client.page("/") }},
		{"held page list", func(int) error { return m.client.page("/search?sort=newest") }},
		{"held page product", func(int) error { return m.client.page("/p/" + pick(m.slugs[:len(popular)])) }},
	}
}

func (m *market) list(int) error {
	return m.client.call("list-products", uuid.Nil, "?limit=24", nil, "", nil)
}

func (m *market) detail(id uuid.UUID) error {
	return m.client.call("get-product", id, "", nil, "", nil)
}

func (m *market) search(int) error {
	q := places[rand.IntN(len(places))] + kinds[rand.IntN(len(kinds))] //nolint:gosec // a load's dice
	return m.client.call("list-products", uuid.Nil, "?limit=24&q="+url.QueryEscape(q), nil, "", nil)
}

func (m *market) order(variant uuid.UUID) error {
	k, quote, err := m.quoted(variant)
	if err != nil {
		return err
	}
	payment, err := m.place(k, quote)
	if err != nil {
		return err
	}
	return m.client.call("confirm-sandbox-payment", payment, "", map[string]string{"outcome": "succeed"}, k.Token, nil)
}

// quoted brings a buyer to where nothing but the order is left to do.
func (m *market) quoted(variant uuid.UUID) (k cart, quote uuid.UUID, err error) {
	if err := m.client.call("create-cart", uuid.Nil, "", struct{}{}, "", &k); err != nil {
		return k, quote, err
	}
	if err := m.client.call("add-cart-line", k.ID, "", map[string]any{"variant_id": variant, "quantity": 1}, k.Token, nil); err != nil {
		return k, quote, err
	}
	var q struct {
		ID uuid.UUID `json:"id"`
	}
	err = m.client.call("quote-checkout", uuid.Nil, "", map[string]any{"cart_id": k.ID, "address": address}, k.Token, &q)
	return k, q.ID, err
}

func (m *market) place(k cart, quote uuid.UUID) (payment uuid.UUID, err error) {
	var placed struct {
		Payment struct {
			ID uuid.UUID `json:"id"`
		} `json:"payment"`
	}
	err = m.client.call("place-order", uuid.Nil, "", map[string]any{"quote_id": quote, "email": "load@example.org"}, k.Token, &placed)
	return placed.Payment.ID, err
}

func pick[T any](ids []T) T { return ids[rand.IntN(len(ids))] } //nolint:gosec // a load's dice
