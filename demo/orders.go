package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/checkout"
	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/tenants"
)

// story is one sample order: how long ago it was placed, and how far it came.
type story struct {
	hours int // ago; the seed moves it by some hours
	end   checkout.OrderState
	known bool // bought by buyer@<county>.demo
	first bool // has something of seller@<county>.demo
}

// stories are the orders that each county begins with; the seed decides who
// buys what. The farm of seller@<county>.demo has some in every state.
var stories = []story{
	{220, checkout.Delivered, true, true},
	{195, checkout.Delivered, false, false},
	{170, checkout.Delivered, false, true},
	{150, checkout.Delivered, false, false},
	{125, checkout.Delivered, true, false},
	{98, checkout.Paid, false, false}, // the office sees that it waits too long
	{92, checkout.Shipped, false, true},
	{75, checkout.Shipped, true, true},
	{60, checkout.Shipped, false, false},
	{44, checkout.Paid, false, true},
	{26, checkout.Paid, true, true},
	{20, checkout.Paid, false, false},
	{9, checkout.Paid, false, true},
	{7, checkout.Cancelled, false, true},
	{0, checkout.Pending, true, false},
}

// trade is the sample orders of one county in the making.
type trade struct {
	Services
	county  *county
	tenant  *tenants.County
	sellers map[uuid.UUID]actor.Actor
	first   uuid.UUID // seller@<county>.demo
	known   actor.Actor
	goods   []catalog.Card // nothing is bought twice: plenty stays
	dice    *rand.Rand
}

// orders buys, pays and sends the sample orders, where the county has none yet.
func (s Services) orders(ctx context.Context, c *county, tenant *tenants.County) error {
	officer := actor.Actor{Tenant: tenant.ID, Roles: []actor.Role{actor.Officer}}
	if some, err := s.Checkout.ListAll(ctx, officer, checkout.ListRequest{Limit: 1}); err != nil || len(some.Items) > 0 {
		return err
	}
	t := &trade{Services: s, county: c, tenant: tenant, sellers: map[uuid.UUID]actor.Actor{}}
	t.dice = rand.New(rand.NewPCG(uint64(s.Seed), uint64(slices.Index(Slugs, c.Slug)))) //nolint:gosec // chosen to come out the same again
	if err := t.meet(ctx); err != nil {
		return err
	}
	for i, st := range stories {
		if err := t.tell(ctx, st); err != nil {
			return fmt.Errorf("sample order %d: %w", i+1, err)
		}
	}
	return nil
}

// meet finds the people and the goods, in an order that is always the same.
func (t *trade) meet(ctx context.Context) (err error) {
	for i, sl := range t.county.Sellers {
		who, err := t.seller(ctx, t.county, t.tenant, sl.Code)
		if err != nil {
			return err
		}
		if t.sellers[who.Seller] = who; i == 0 {
			t.first = who.Seller
		}
	}
	if t.known, err = t.account(ctx, t.tenant.ID, "buyer@"+t.county.Slug+".demo", actor.Buyer, "", t.tenant.DefaultLanguage()); err != nil {
		return err
	}
	found, err := t.Catalog.List(ctx, t.known, catalog.Filter{InStock: true, Limit: 100})
	if err != nil {
		return err
	}
	t.goods = found.Items
	slices.SortFunc(t.goods, func(a, b catalog.Card) int {
		return cmp.Compare(a.Titles.In("en")+a.Slug, b.Titles.In("en")+b.Slug)
	})
	t.dice.Shuffle(len(t.goods), func(i, j int) { t.goods[i], t.goods[j] = t.goods[j], t.goods[i] })
	return nil
}

// tell takes one order from the basket to where its story ends.
func (t *trade) tell(ctx context.Context, st story) error {
	now := clock.System{}.Now()
	if st.hours == 0 {
		_, err := t.place(ctx, t.Services, st) // held as long as any other
		return err
	}
	at := &clock.Fixed{At: now.Add(-time.Duration(st.hours)*time.Hour + t.minutes(0, 4*60))}
	then := t.At(at)
	placed, err := t.place(ctx, then, st)
	if err != nil {
		return err
	}
	at.Advance(t.minutes(1, 5))
	if _, err := then.Checkout.ConfirmPayment(ctx, actor.OfSystem(t.tenant.ID), placed.Payment.ID, t.Pay); err != nil {
		return err
	}
	for _, o := range placed.Orders {
		paid := *at // each order goes on from there by itself
		if err := t.goOn(ctx, t.At(&paid), &paid, st.end, o, checkout.Credentials{OrderToken: placed.Token}); err != nil {
			return err
		}
	}
	return nil
}

// goOn is what becomes of one seller's paid order.
func (t *trade) goOn(ctx context.Context, then Services, at *clock.Fixed, end checkout.OrderState, o checkout.PlacedOrder, buyer checkout.Credentials) error {
	seller := t.sellers[o.Seller.ID]
	if end == checkout.Cancelled {
		at.Advance(t.minutes(30, 60))
		_, err := then.Checkout.Cancel(ctx, seller, o.ID, checkout.Credentials{}, t.county.samples.Refusal)
		return err
	}
	if end == checkout.Paid {
		return nil
	}
	at.Advance(t.minutes(3*60, 30*60))
	by := t.county.samples.Carriers[t.dice.IntN(len(t.county.samples.Carriers))]
	if _, err := then.Checkout.Ship(ctx, seller, o.ID, by.Name, by.number(t.dice)); err != nil || end == checkout.Shipped {
		return err
	}
	at.Advance(t.minutes(40*60, 70*60))
	_, err := then.Checkout.ConfirmDelivery(ctx, actor.Guest(t.tenant.ID), o.ID, buyer)
	return err
}

// place fills a basket and orders it.
func (t *trade) place(ctx context.Context, then Services, st story) (checkout.Placed, error) {
	who, to := actor.Guest(t.tenant.ID), t.county.samples.Buyers[0]
	email := ""
	if st.known {
		who = t.known
	} else {
		n := 1 + t.dice.IntN(len(t.county.samples.Buyers)-1)
		to, email = t.county.samples.Buyers[n], fmt.Sprintf("sample-%d@%s.example", n, t.county.Slug)
	}
	cart, err := then.Checkout.CreateCart(ctx, who, "")
	if err != nil {
		return checkout.Placed{}, err
	}
	lines := 1
	if st.end != checkout.Cancelled {
		lines += t.dice.IntN(3)
	}
	for range lines {
		offer, err := t.pick(st.first)
		if err != nil {
			return checkout.Placed{}, err
		}
		if _, err := then.Checkout.AddLine(ctx, who, cart.ID, cart.Token, offer, 1+t.dice.IntN(2)); err != nil {
			return checkout.Placed{}, err
		}
		st.first = false
	}
	quote, err := then.Checkout.Quote(ctx, who, checkout.QuoteRequest{Cart: cart.ID, Token: cart.Token, Address: to})
	if err != nil {
		return checkout.Placed{}, err
	}
	return then.Checkout.Place(ctx, who, checkout.PlaceRequest{Quote: quote.ID, Token: cart.Token, Email: email})
}

// pick takes the next of the goods, or the next of the first seller's.
func (t *trade) pick(first bool) (uuid.UUID, error) {
	for i, card := range t.goods {
		if first && card.Seller.ID != t.first {
			continue
		}
		for _, o := range card.Offers {
			if o.Level == catalog.InStock {
				t.goods = slices.Delete(t.goods, i, i+1)
				return o.ID, nil
			}
		}
	}
	return uuid.Nil, errors.New("nothing is left to buy")
}

func (t *trade) minutes(from, to int) time.Duration {
	return time.Duration(from+t.dice.IntN(to-from)) * time.Minute
}

// number makes up a tracking number.
func (c carrier) number(dice *rand.Rand) string {
	var b strings.Builder
	b.WriteString(c.Prefix)
	for range c.Digits {
		b.WriteString(strconv.Itoa(dice.IntN(10)))
	}
	return b.String()
}
