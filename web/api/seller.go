package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/internal/money"
	"countyfair/sellers"
	"countyfair/web/scope"
)

// Words is text in the county's first language, or by language.
type Words struct {
	Plain string
	Text  lang.Text
}

// UnmarshalJSON takes "500 克" as well as {"zh-Hans": "500 克", "en": "500 g"}.
func (w *Words) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &w.Plain)
	}
	return json.Unmarshal(raw, &w.Text)
}

// Schema describes both forms.
func (Words) Schema(huma.Registry) *huma.Schema {
	plain := &huma.Schema{Type: huma.TypeString, MaxLength: new(4000)}
	texts := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString, MaxLength: new(4000)}, Examples: []any{map[string]string{"zh-Hans": "花椒", "en": "Sichuan pepper"}}}
	return &huma.Schema{OneOf: []*huma.Schema{plain, texts}, Description: "Text in the county's first language, or by language (BCP 47)."}
}

// in gives the text, plain words being in the county's first language.
func (w Words) in(ctx context.Context) lang.Text {
	if w.Plain != "" {
		return lang.Text{scope.From(ctx).County.DefaultLanguage(): w.Plain}
	}
	return w.Text
}

// ProductInput is a product as its seller describes it.
type ProductInput struct {
	Code        string         `json:"code,omitempty" maxLength:"80" doc:"The seller's own number for it"`
	Title       Words          `json:"title"`
	Description *Words         `json:"description,omitempty"`
	Category    string         `json:"category" maxLength:"80" doc:"A category's code"`
	Origin      *Words         `json:"origin,omitempty"`
	Season      []int          `json:"season,omitempty" maxItems:"12" doc:"Months of harvest, 1 to 12"`
	HarvestedOn string         `json:"harvested_on,omitempty" format:"date"`
	HSCode      string         `json:"hs_code,omitempty" maxLength:"10" doc:"See search-hs-codes"`
	OriginLand  string         `json:"origin_country,omitempty" maxLength:"2" doc:"ISO 3166-1 alpha-2, for customs; absent: the county's own country"`
	Pictures    []uuid.UUID    `json:"pictures,omitempty" maxItems:"12" doc:"Ids of upload-picture"`
	TraceCode   string         `json:"trace_code,omitempty" maxLength:"64"`
	Certificate string         `json:"certificate_no,omitempty" maxLength:"80"`
	Variants    []VariantInput `json:"variants" minItems:"1" maxItems:"40"`
}

// VariantInput is one size of a product.
type VariantInput struct {
	ID         *uuid.UUID  `json:"id,omitempty" doc:"Of the size to change; absent: a new one"`
	Code       string      `json:"code,omitempty" maxLength:"80"`
	Title      Words       `json:"title"`
	Grade      string      `json:"grade,omitempty" maxLength:"80"`
	Packing    string      `json:"packing,omitempty" maxLength:"80"`
	Price      money.Money `json:"price"`
	Unit       string      `json:"unit" maxLength:"20"`
	NetWeightG int         `json:"net_weight_g" minimum:"1"`
	GrossG     *int        `json:"gross_weight_g,omitempty" minimum:"1" doc:"Packed"`
	Stock      *int        `json:"stock,omitempty" minimum:"0"`
}

// OwnProduct is a product as its seller and the office see it.
type OwnProduct struct {
	ID           uuid.UUID    `json:"id"`
	Slug         string       `json:"slug"`
	Code         string       `json:"code"`
	Status       string       `json:"status" enum:"draft,in_review,published,withdrawn"`
	Reason       string       `json:"reason,omitempty" doc:"Why the office sent it back"`
	Titles       lang.Text    `json:"titles"`
	Descriptions lang.Text    `json:"descriptions"`
	Category     string       `json:"category"`
	Seller       string       `json:"seller"`
	Origin       lang.Text    `json:"origin"`
	Season       []int        `json:"season,omitempty"`
	HarvestedOn  string       `json:"harvested_on,omitempty" format:"date"`
	HSCode       string       `json:"hs_code,omitempty"`
	OriginLand   string       `json:"origin_country,omitempty"`
	PictureURLs  []string     `json:"picture_urls"`
	Variants     []OwnVariant `json:"variants"`
	Batches      []Batch      `json:"batches"`
	Version      int          `json:"version"`
	UpdatedAt    time.Time    `json:"updated_at"`
}

// OwnVariant is a size with its exact stock.
type OwnVariant struct {
	ID         uuid.UUID   `json:"id"`
	Code       string      `json:"code"`
	Titles     lang.Text   `json:"titles"`
	Price      money.Money `json:"price"`
	Unit       string      `json:"unit"`
	NetWeightG int         `json:"net_weight_g"`
	GrossG     *int        `json:"gross_weight_g,omitempty"`
	OnHand     int         `json:"on_hand"`
	Reserved   int         `json:"reserved"`
	Available  int         `json:"available"`
	Active     bool        `json:"active"`
}

// ProductStatus is where a product stands after a step.
type ProductStatus struct {
	ID     uuid.UUID `json:"id"`
	Status string    `json:"status" enum:"draft,in_review,published,withdrawn"`
}

type productRequest struct {
	Body ProductInput
}

// RegisterSellerDesk adds what sellers do with their produce.
func RegisterSellerDesk(a *API, s *catalog.Service) {
	Handle(a, Op{ID: "create-product", Method: http.MethodPost, Path: "/seller/products", Tag: "seller", Access: Sellers, Status: 201, Summary: "List a new product, as a draft"},
		func(ctx context.Context, who actor.Actor, in *productRequest) (*Body[OwnProduct], error) {
			d, err := in.Body.draft(ctx)
			if err != nil {
				return nil, err
			}
			return own(s.Create(ctx, who, d))
		})
	Handle(a, Op{
		ID: "update-product", Method: http.MethodPut, Path: "/seller/products/{id}", Tag: "seller", Access: Sellers, Summary: "Change a product",
		Detail: "Sizes that are left out are taken off sale. With version, a change made meanwhile by somebody else is refused as changed_meanwhile.",
	},
		func(ctx context.Context, who actor.Actor, in *struct {
			ByID
			Version int `query:"version" minimum:"0" doc:"The version that was read; 0: any"`
			Body    ProductInput
		},
		) (*Body[OwnProduct], error) {
			d, err := in.Body.draft(ctx)
			if err != nil {
				return nil, err
			}
			return own(s.Update(ctx, who, in.ID, in.Version, func(old *catalog.Draft) error {
				if d.Code == "" {
					d.Code = old.Code
				}
				if in.Body.Pictures == nil {
					d.Pictures = old.Pictures
				}
				*old = d
				return nil
			}))
		})
	Handle(a, Op{ID: "publish-product", Method: http.MethodPost, Path: "/seller/products/{id}/publish", Tag: "seller", Access: Sellers, Summary: "Put a product on sale, or before the office where the county reviews"},
		func(ctx context.Context, who actor.Actor, in *struct {
			ByID
			Body none
		},
		) (*Body[ProductStatus], error) {
			state, err := s.Publish(ctx, who, in.ID)
			return Answer(ProductStatus{in.ID, string(state)}), err
		})
	Handle(a, Op{ID: "withdraw-product", Method: http.MethodPost, Path: "/seller/products/{id}/withdraw", Tag: "seller", Access: Sellers, Summary: "Take a product off sale"},
		func(ctx context.Context, who actor.Actor, in *struct {
			ByID
			Body none
		},
		) (*Body[ProductStatus], error) {
			state, err := s.Withdraw(ctx, who, in.ID)
			return Answer(ProductStatus{in.ID, string(state)}), err
		})
	Handle(a, Op{ID: "list-my-products", Method: http.MethodGet, Path: "/seller/products", Tag: "seller", Access: Sellers, Summary: "The seller's own products, those changed last first"},
		func(ctx context.Context, who actor.Actor, in *struct {
			Page
			Status string `query:"status" enum:"draft,in_review,published,withdrawn"`
		},
		) (*Body[List[OwnProduct]], error) {
			return ownList(s.ListMine(ctx, who, catalog.State(in.Status), in.Limit, in.Cursor))
		})
	Handle(a, Op{ID: "get-my-product", Method: http.MethodGet, Path: "/seller/products/{id}", Tag: "seller", Access: Sellers, Summary: "One of the seller's own products"},
		func(ctx context.Context, who actor.Actor, in *ByID) (*Body[OwnProduct], error) {
			return own(s.Mine(ctx, who, in.ID))
		})
}

func (p *ProductInput) draft(ctx context.Context) (catalog.Draft, error) {
	d := catalog.Draft{Code: p.Code, Title: p.Title.in(ctx), Category: p.Category, HSCode: p.HSCode, OriginCountry: p.OriginLand, Pictures: p.Pictures}
	if p.Description != nil {
		d.Description = p.Description.in(ctx)
	}
	if p.Origin != nil {
		d.Origin = p.Origin.in(ctx)
	}
	var wrong errs.Fields
	for _, m := range p.Season {
		if m < 1 || m > 12 {
			wrong.Add("season", "bad_season", "Months are numbers from 1 to 12.")
			break
		}
		d.Season |= 1 << (m - 1)
	}
	if p.HarvestedOn != "" {
		t, err := time.Parse(time.DateOnly, p.HarvestedOn)
		if err != nil {
			wrong.Add("harvested_on", "bad_date", "Give the day as 2026-11-24.")
		}
		d.HarvestedOn = &t
	}
	if p.TraceCode != "" {
		d.Batch = &catalog.BatchDraft{TraceCode: p.TraceCode, HarvestedOn: d.HarvestedOn, CertificateNo: p.Certificate}
	}
	for _, v := range p.Variants {
		n := catalog.VariantDraft{Code: v.Code, Title: v.Title.in(ctx), Grade: v.Grade, Packing: v.Packing, Unit: v.Unit, NetWeightG: v.NetWeightG, GrossWeightG: v.GrossG, Price: v.Price, Stock: v.Stock}
		if v.ID != nil {
			n.ID = *v.ID
		}
		d.Variants = append(d.Variants, n)
	}
	return d, wrong.Err()
}

func own(o *catalog.Own, err error) (*Body[OwnProduct], error) {
	if err != nil {
		return nil, err
	}
	return Answer(ownProduct(o)), nil
}

func ownList(page *catalog.OwnPage, err error) (*Body[List[OwnProduct]], error) {
	if err != nil {
		return nil, err
	}
	out := List[OwnProduct]{Items: make([]OwnProduct, len(page.Items)), NextCursor: page.Next}
	for i := range page.Items {
		out.Items[i] = ownProduct(&page.Items[i])
	}
	return Answer(out), nil
}

func ownProduct(o *catalog.Own) OwnProduct {
	p := OwnProduct{
		ID: o.ID, Slug: o.Slug, Code: o.Code, Status: string(o.State), Reason: o.Reason, Titles: o.Titles, Descriptions: o.Descriptions, Category: o.CategoryCode,
		Seller: o.SellerNames.In("en"), Origin: o.Origin, Season: months(o.Season), HarvestedOn: day(o.HarvestedOn), HSCode: o.HSCode, OriginLand: o.OriginCountry,
		PictureURLs: make([]string, len(o.Pictures)), Variants: make([]OwnVariant, len(o.Variants)), Batches: batches(o.Batches), Version: o.Version, UpdatedAt: o.UpdatedAt,
	}
	for i := range o.Pictures {
		p.PictureURLs[i] = pictureURL(&o.Pictures[i])
	}
	for i, v := range o.Variants {
		p.Variants[i] = OwnVariant{v.ID, v.Code, v.Titles, v.Cost(), v.Unit, v.NetWeightG, v.GrossWeightG, v.OnHand, v.Reserved, v.OnHand - v.Reserved, v.Active}
	}
	return p
}

// SellerInput is what somebody says of a stall to be.
type SellerInput struct {
	Kind       string     `json:"kind" enum:"household,cooperative,firm"`
	Names      Words      `json:"names"`
	Village    *Words     `json:"village,omitempty"`
	Story      *Words     `json:"story,omitempty"`
	Contact    string     `json:"contact,omitempty" maxLength:"200"`
	Phone      string     `json:"phone,omitempty" maxLength:"30"`
	LicenceNo  string     `json:"licence_no,omitempty" maxLength:"64" doc:"In China the unified social credit code, for firms and cooperatives"`
	Households *int       `json:"households,omitempty"`
	SinceYear  *int       `json:"since_year,omitempty"`
	AltitudeM  *int       `json:"altitude_m,omitempty"`
	Picture    *uuid.UUID `json:"picture,omitempty"`
}

// Application is a seller's application as the seller and the office see it.
type Application struct {
	Seller
	Status    string     `json:"status" enum:"applied,approved,rejected,suspended"`
	Reason    string     `json:"reason,omitempty"`
	Contact   string     `json:"contact"`
	Phone     string     `json:"phone"`
	LicenceNo string     `json:"licence_no,omitempty"`
	AppliedAt time.Time  `json:"applied_at"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
}

// RegisterSellers adds how somebody becomes a seller, and the office's answer.
func RegisterSellers(a *API, s *sellers.Service) {
	Handle(a, Op{ID: "register-seller", Method: http.MethodPost, Path: "/seller", Tag: "seller", Access: SignedIn, Status: 201, Summary: "Apply to sell here"},
		func(ctx context.Context, who actor.Actor, in *struct{ Body SellerInput }) (*Body[Application], error) {
			return applied(ctx)(s.Apply(ctx, who, in.Body.profile(ctx)))
		})
	Handle(a, Op{ID: "get-my-seller", Method: http.MethodGet, Path: "/seller", Tag: "seller", Access: SignedIn, Summary: "The actor's own stall, and where its application stands"},
		func(ctx context.Context, who actor.Actor, _ *none) (*Body[Application], error) {
			return applied(ctx)(s.Mine(ctx, who))
		})
	Handle(a, Op{ID: "list-seller-applications", Method: http.MethodGet, Path: "/admin/seller-applications", Tag: "admin", Access: Officers, Summary: "Who wants to sell, the longest waiting first"},
		func(ctx context.Context, who actor.Actor, in *struct {
			Page
			Status string `query:"status" enum:"applied,approved,rejected,suspended" default:"applied"`
		},
		) (*Body[List[Application]], error) {
			page, err := s.Applications(ctx, who, sellers.State(in.Status), in.Limit, in.Cursor)
			if err != nil {
				return nil, err
			}
			out := List[Application]{Items: make([]Application, len(page.Items)), NextCursor: page.Next}
			for i := range page.Items {
				out.Items[i] = application(ctx, &page.Items[i])
			}
			return Answer(out), nil
		})
	Handle(a, Op{ID: "decide-seller-application", Method: http.MethodPost, Path: "/admin/seller-applications/{id}/decision", Tag: "admin", Access: Officers, Summary: "Approve or reject an application"},
		func(ctx context.Context, who actor.Actor, in *struct {
			ByID
			Body struct {
				Decision string `json:"decision" enum:"approve,reject"`
				Reason   string `json:"reason,omitempty" maxLength:"1000" doc:"Told to the applicant; needed to reject"`
			}
		},
		) (*Body[Application], error) {
			return applied(ctx)(s.Decide(ctx, who, in.ID, sellers.Decision{Approve: in.Body.Decision == "approve", Reason: in.Body.Reason}))
		})
}

func (in *SellerInput) profile(ctx context.Context) sellers.Profile {
	p := sellers.Profile{
		Kind: sellers.Kind(in.Kind), Names: in.Names.in(ctx), Contact: in.Contact, Phone: in.Phone, LicenceNo: in.LicenceNo,
		Households: in.Households, SinceYear: in.SinceYear, AltitudeM: in.AltitudeM, PictureID: in.Picture,
	}
	if in.Village != nil {
		p.Village = in.Village.in(ctx)
	}
	if in.Story != nil {
		p.Story = in.Story.in(ctx)
	}
	return p
}

func applied(ctx context.Context) func(*sellers.Seller, error) (*Body[Application], error) {
	return func(s *sellers.Seller, err error) (*Body[Application], error) {
		if err != nil {
			return nil, err
		}
		return Answer(application(ctx, s)), nil
	}
}

func application(ctx context.Context, s *sellers.Seller) Application {
	return Application{Seller: stall(ctx, s), Status: string(s.State), Reason: s.Reason, Contact: s.Contact, Phone: s.Phone, LicenceNo: s.LicenceNo, AppliedAt: s.AppliedAt, DecidedAt: s.DecidedAt}
}
