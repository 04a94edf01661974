package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/actor"
	"countyfair/internal/lang"
	"countyfair/tenants"
	"countyfair/web/scope"
)

// County is a county as everybody sees it.
type County struct {
	ID           uuid.UUID `json:"id"`
	Slug         string    `json:"slug" example:"longnan"`
	Name         string    `json:"name" doc:"In the reader's language"`
	Names        lang.Text `json:"names"`
	Tagline      string    `json:"tagline,omitempty"`
	Country      string    `json:"country" example:"CN"`
	DivisionCode string    `json:"division_code,omitempty" doc:"GB/T 2260"`
	TimeZone     string    `json:"time_zone" example:"Asia/Shanghai"`
	Languages    []string  `json:"languages"`
	Currency     string    `json:"currency" example:"CNY"`
	State        string    `json:"state" enum:"draft,open,suspended,closed"`
	Colour       string    `json:"colour" example:"#963a2f"`
}

// FullCounty is a county as operators see it.
type FullCounty struct {
	County
	CommissionBP   int       `json:"commission_bp"`
	ReviewProducts bool      `json:"review_products"`
	ExportEnabled  bool      `json:"export_enabled"`
	Domains        []string  `json:"domains"`
	StateReason    string    `json:"state_reason,omitempty"`
	CreatedAt      time.Time `json:"created_at"`
}

// CountyInput is what an operator says of a new county.
type CountyInput struct {
	Slug           string    `json:"slug" example:"longnan"`
	Names          lang.Text `json:"names"`
	Tagline        lang.Text `json:"tagline,omitempty"`
	Country        string    `json:"country" example:"CN"`
	DivisionCode   string    `json:"division_code,omitempty"`
	TimeZone       string    `json:"time_zone" example:"Asia/Shanghai"`
	Languages      []string  `json:"languages" minItems:"1"`
	Currency       string    `json:"currency" example:"CNY"`
	Colour         string    `json:"colour,omitempty" example:"#963a2f"`
	CommissionBP   int       `json:"commission_bp,omitempty"`
	ReviewProducts bool      `json:"review_products,omitempty"`
	ExportEnabled  bool      `json:"export_enabled,omitempty"`
}

// CountyChange is what an operator changes; what is left out stays.
type CountyChange struct {
	Names          *lang.Text `json:"names,omitempty"`
	Tagline        *lang.Text `json:"tagline,omitempty"`
	Colour         *string    `json:"colour,omitempty"`
	CommissionBP   *int       `json:"commission_bp,omitempty"`
	ReviewProducts *bool      `json:"review_products,omitempty"`
	ExportEnabled  *bool      `json:"export_enabled,omitempty"`
	State          *string    `json:"state,omitempty" enum:"open,suspended,closed"`
	Reason         string     `json:"reason,omitempty" maxLength:"500"`
}

type none struct{}

// ByID names a thing by its id in the path.
type ByID struct {
	ID uuid.UUID `path:"id"`
}

// RegisterCounties adds the operations on counties.
func RegisterCounties(a *API, s *tenants.Service) {
	Handle(a, Op{ID: "get-county", Method: http.MethodGet, Path: "/county", Tag: "county", Access: Anyone, Summary: "The county of this address", Elsewhere: true},
		func(ctx context.Context, _ actor.Actor, _ *none) (*Body[County], error) {
			c := scope.From(ctx)
			if c.County.Platform {
				return nil, tenants.ErrUnknownCounty
			}
			return Answer(county(c.County, c.Language)), nil
		})
	Handle(a, Op{ID: "list-counties", Method: http.MethodGet, Path: "/counties", Tag: "platform", Access: Operators, Summary: "All counties", Elsewhere: true},
		func(ctx context.Context, who actor.Actor, _ *none) (*Body[List[FullCounty]], error) {
			all, err := s.List(ctx, who)
			if err != nil {
				return nil, err
			}
			list := List[FullCounty]{Items: make([]FullCounty, len(all))}
			for i, c := range all {
				list.Items[i] = fullCounty(ctx, c)
			}
			return Answer(list), nil
		})
	Handle(a, Op{ID: "create-county", Method: http.MethodPost, Path: "/counties", Tag: "platform", Access: Operators, Status: 201, Summary: "Make a county, as a draft", Elsewhere: true},
		func(ctx context.Context, who actor.Actor, in *struct{ Body CountyInput }) (*Body[FullCounty], error) {
			b := in.Body
			c, err := s.Create(ctx, who, tenants.New{
				Slug: b.Slug, Names: b.Names, Tagline: b.Tagline, Country: b.Country, DivisionCode: b.DivisionCode,
				TimeZone: b.TimeZone, Languages: b.Languages, Currency: b.Currency, Brand: tenants.Brand{Colour: b.Colour},
				Policy: tenants.Policy{CommissionBP: b.CommissionBP, ReviewProducts: b.ReviewProducts, ExportEnabled: b.ExportEnabled},
			})
			return fullAnswer(ctx, c, err)
		})
	Handle(a, Op{ID: "update-county", Method: http.MethodPatch, Path: "/counties/{id}", Tag: "platform", Access: Operators, Summary: "Change a county, or open or close it", Elsewhere: true},
		func(ctx context.Context, who actor.Actor, in *struct {
			ByID
			Body CountyChange
		},
		) (*Body[FullCounty], error) {
			c, err := s.Change(ctx, who, in.ID, "county.update", func(c *tenants.County) error {
				in.Body.apply(c)
				return nil
			})
			return fullAnswer(ctx, c, err)
		})
	Handle(a, Op{ID: "suspend-county", Method: http.MethodPost, Path: "/counties/{id}/suspend", Tag: "platform", Access: Operators, Summary: "Suspend a county: its pages answer 503 until it is opened again", Elsewhere: true},
		func(ctx context.Context, who actor.Actor, in *struct {
			ByID
			Body struct {
				Reason string `json:"reason,omitempty" maxLength:"500"`
			}
		},
		) (*Body[FullCounty], error) {
			c, err := s.MoveTo(ctx, who, in.ID, tenants.Suspended, in.Body.Reason)
			return fullAnswer(ctx, c, err)
		})
}

func (ch CountyChange) apply(c *tenants.County) {
	set(&c.Names, ch.Names)
	set(&c.Tagline, ch.Tagline)
	set(&c.Brand.Colour, ch.Colour)
	set(&c.Policy.CommissionBP, ch.CommissionBP)
	set(&c.Policy.ReviewProducts, ch.ReviewProducts)
	set(&c.Policy.ExportEnabled, ch.ExportEnabled)
	if ch.State != nil {
		c.State, c.StateReason = tenants.State(*ch.State), ch.Reason
	}
}

func set[T any](field *T, to *T) {
	if to != nil {
		*field = *to
	}
}

func county(c *tenants.County, language string) County {
	return County{
		ID: c.ID, Slug: c.Slug, Name: c.Names.In(language, c.DefaultLanguage()), Names: c.Names, Tagline: c.Tagline.In(language, c.DefaultLanguage()),
		Country: c.Country, DivisionCode: c.DivisionCode, TimeZone: c.TimeZone, Languages: c.Languages, Currency: c.Currency, State: string(c.State), Colour: c.Brand.Colour,
	}
}

func fullCounty(ctx context.Context, c *tenants.County) FullCounty {
	return FullCounty{
		County: county(c, scope.From(ctx).Language), CommissionBP: c.Policy.CommissionBP, ReviewProducts: c.Policy.ReviewProducts,
		ExportEnabled: c.Policy.ExportEnabled, Domains: c.Domains, StateReason: c.StateReason, CreatedAt: c.CreatedAt,
	}
}

func fullAnswer(ctx context.Context, c *tenants.County, err error) (*Body[FullCounty], error) {
	if err != nil {
		return nil, err
	}
	return Answer(fullCounty(ctx, c)), nil
}
