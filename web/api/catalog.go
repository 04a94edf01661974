package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/internal/actor"
	"countyfair/internal/lang"
	"countyfair/internal/money"
	"countyfair/sellers"
	"countyfair/web/scope"
)

// Category is a kind of produce, as the county sorts it.
type Category struct {
	Code       string    `json:"code" example:"spice"`
	Name       string    `json:"name"`
	Names      lang.Text `json:"names"`
	PictureURL string    `json:"picture_url,omitempty"`
	Products   int       `json:"products" doc:"How many are on sale"`
}

// SellerRef is who sells a product.
type SellerRef struct {
	ID      uuid.UUID `json:"id"`
	Slug    string    `json:"slug,omitempty"`
	Name    string    `json:"name"`
	Village string    `json:"village,omitempty"`
}

// UnitPrice is a price for a weight that sizes are compared by.
type UnitPrice struct {
	money.Money
	PerGrams int `json:"per_grams" example:"500"`
}

// Variant is one size of a product.
type Variant struct {
	ID         uuid.UUID   `json:"id"`
	Title      string      `json:"title"`
	Grade      string      `json:"grade,omitempty"`
	Packing    string      `json:"packing,omitempty"`
	Price      money.Money `json:"price"`
	UnitPrice  UnitPrice   `json:"unit_price"`
	Unit       string      `json:"unit"`
	NetWeightG int         `json:"net_weight_g"`
	StockLevel string      `json:"stock_level" enum:"in_stock,low,out"`
}

// Product is a product on sale.
type Product struct {
	ID          uuid.UUID    `json:"id"`
	Slug        string       `json:"slug"`
	Title       string       `json:"title"`
	Description string       `json:"description"`
	Seller      SellerRef    `json:"seller"`
	Category    string       `json:"category"`
	PictureURL  string       `json:"picture_url"`
	Price       money.Money  `json:"price" doc:"Of the cheapest size; domestic prices include tax"`
	Approx      *ApproxPrice `json:"approx_price,omitempty" doc:"The price in the currency that was asked for, by the day's rate: what is charged stands in the quote"`
	UnitPrice   *UnitPrice   `json:"unit_price,omitempty"`
	StockLevel  string       `json:"stock_level" enum:"in_stock,low,out"`
	Origin      string       `json:"origin,omitempty"`
	Season      []int        `json:"season,omitempty" doc:"Months of harvest, 1 to 12"`
	HarvestedOn string       `json:"harvested_on,omitempty" format:"date"`
	Variants    []Variant    `json:"variants"`
}

// ProductPage is a product on sale with all that its page says.
type ProductPage struct {
	Product
	Titles       lang.Text `json:"titles"`
	Descriptions lang.Text `json:"descriptions"`
	HSCode       string    `json:"hs_code,omitempty"`
	OriginLand   string    `json:"origin_country,omitempty" doc:"For customs; absent: the county's own country"`
	PictureURLs  []string  `json:"picture_urls"`
	Batches      []Batch   `json:"batches"`
}

// Batch is a harvest that was packed together.
type Batch struct {
	TraceCode     string `json:"trace_code"`
	HarvestedOn   string `json:"harvested_on,omitempty" format:"date"`
	CertificateNo string `json:"certificate_no,omitempty"`
}

// Seller is a seller as everybody sees it.
type Seller struct {
	SellerRef
	Kind       string `json:"kind" enum:"household,cooperative,firm"`
	Story      string `json:"story,omitempty"`
	Households *int   `json:"households,omitempty"`
	SinceYear  *int   `json:"since_year,omitempty"`
	AltitudeM  *int   `json:"altitude_m,omitempty"`
	PictureURL string `json:"picture_url,omitempty"`
}

// pictureWidth is the width that the API links to.
const pictureWidth = 640

// RegisterCatalog adds what everybody may read.
func RegisterCatalog(a *API, s *catalog.Service, stalls *sellers.Service, rates Rates) {
	Handle(a, Op{ID: "list-categories", Method: http.MethodGet, Path: "/categories", Tag: "catalog", Access: Anyone, Public: true, Summary: "How the county sorts its produce"},
		func(ctx context.Context, who actor.Actor, _ *none) (*Body[List[Category]], error) {
			all, err := s.CountedCategories(ctx, who)
			out := List[Category]{Items: make([]Category, len(all))}
			for i, c := range all {
				out.Items[i] = Category{Code: c.Code, Name: in(ctx, c.Names), Names: c.Names, PictureURL: pictureURL(c.PictureID), Products: c.Products}
			}
			return Answer(out), err
		})
	Handle(a, Op{
		ID: "list-products", Method: http.MethodGet, Path: "/products", Tag: "catalog", Access: Anyone, Public: true, Summary: "Find produce",
		Detail: "Searches in Chinese (one character is enough), pinyin (full or initials) and English. Without q the newest come first.",
	},
		func(ctx context.Context, who actor.Actor, q *productQuery) (*Body[List[Product]], error) {
			page, err := s.List(ctx, who, catalog.Filter{
				Query: q.Q, Category: q.Category, Seller: q.Seller, Area: q.Area, InStock: q.InStock, Certified: q.Certified,
				PriceFrom: q.PriceFrom, PriceTo: q.PriceTo, Sort: catalog.Sort(q.Sort), Limit: q.Limit, After: q.Cursor,
			})
			if err != nil {
				return nil, err
			}
			approx, err := rates.into(ctx, q.Currency)
			if err != nil {
				return nil, err
			}
			out := List[Product]{Items: make([]Product, len(page.Items)), NextCursor: page.Next}
			for i := range page.Items {
				out.Items[i] = product(ctx, &page.Items[i])
				out.Items[i].Approx = approx(out.Items[i].Price)
			}
			return Answer(out), nil
		})
	Handle(a, Op{ID: "get-product", Method: http.MethodGet, Path: "/products/{id}", Tag: "catalog", Access: Anyone, Public: true, Summary: "One product, by id or slug"},
		func(ctx context.Context, who actor.Actor, in *struct {
			ID       string `path:"id" maxLength:"120"`
			Currency string `query:"currency" maxLength:"3" doc:"Tell the price in this currency too, approximately"`
		},
		) (*Body[ProductPage], error) {
			p, err := s.Get(ctx, who, in.ID)
			if err != nil {
				return nil, err
			}
			approx, err := rates.into(ctx, in.Currency)
			if err != nil {
				return nil, err
			}
			out := productPage(ctx, p)
			out.Approx = approx(out.Price)
			return Answer(out), nil
		})
	registerStalls(a, stalls)
}

func registerStalls(a *API, stalls *sellers.Service) {
	Handle(a, Op{ID: "list-sellers", Method: http.MethodGet, Path: "/sellers", Tag: "catalog", Access: Anyone, Public: true, Summary: "Who sells here"},
		func(ctx context.Context, who actor.Actor, in *Page) (*Body[List[Seller]], error) {
			page, err := stalls.List(ctx, who, in.Limit, in.Cursor)
			if err != nil {
				return nil, err
			}
			out := List[Seller]{Items: make([]Seller, len(page.Items)), NextCursor: page.Next}
			for i := range page.Items {
				out.Items[i] = stall(ctx, &page.Items[i])
			}
			return Answer(out), nil
		})
	Handle(a, Op{ID: "get-seller", Method: http.MethodGet, Path: "/sellers/{id}", Tag: "catalog", Access: Anyone, Public: true, Summary: "One seller, by id or slug"},
		func(ctx context.Context, who actor.Actor, in *struct {
			ID string `path:"id" maxLength:"80"`
		},
		) (*Body[Seller], error) {
			one, err := stalls.Get(ctx, who, in.ID)
			if err != nil {
				return nil, err
			}
			return Answer(stall(ctx, one)), nil
		})
}

type productQuery struct {
	Page
	Q         string `query:"q" maxLength:"200" doc:"What to look for" example:"花椒"`
	Category  string `query:"category" maxLength:"40" doc:"A category's code"`
	Seller    string `query:"seller" maxLength:"80" doc:"A seller's id or slug"`
	Area      string `query:"area" maxLength:"80" doc:"Part of the county"`
	Sort      string `query:"sort" enum:"best,newest,price,-price,sold" doc:"best with q, else newest"`
	InStock   bool   `query:"in_stock"`
	Certified bool   `query:"certified" doc:"Only with a certificate of compliance"`
	PriceFrom int64  `query:"price_from" minimum:"0" doc:"Minor units"`
	PriceTo   int64  `query:"price_to" minimum:"0" doc:"Minor units; 0: any"`
	Lang      string `query:"lang" maxLength:"35" doc:"BCP 47; one of the county's languages"`
	Currency  string `query:"currency" maxLength:"3" doc:"Tell prices in this currency too, approximately"`
}

// in picks the words for the reader.
func in(ctx context.Context, t lang.Text) string {
	s := scope.From(ctx)
	return t.In(s.Language, s.County.DefaultLanguage())
}

func pictureURL(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return catalog.PictureURL(*id, pictureWidth)
}

func product(ctx context.Context, c *catalog.Card) Product {
	p := Product{
		ID: c.ID, Slug: c.Slug, Title: in(ctx, c.Titles), Description: in(ctx, c.Descriptions), Category: c.Category.Code,
		Seller: SellerRef{c.Seller.ID, c.Seller.Slug, in(ctx, c.Seller.Names), in(ctx, c.Seller.Village)},
		Price:  c.LowPrice, StockLevel: string(c.Level), Origin: in(ctx, c.Origin), Season: months(c.Season), HarvestedOn: day(c.HarvestedOn), Variants: make([]Variant, len(c.Offers)),
	}
	if c.Picture != nil {
		p.PictureURL = pictureURL(&c.Picture.ID)
	}
	for i, o := range c.Offers {
		p.Variants[i] = Variant{
			ID: o.ID, Title: in(ctx, o.Titles), Grade: o.Grade, Packing: o.Packing, Price: o.Price, UnitPrice: UnitPrice{o.UnitPrice, o.PerGrams},
			Unit: o.Unit, NetWeightG: o.NetWeightG, StockLevel: string(o.Level),
		}
	}
	if o := c.Cheapest(); o != nil {
		p.UnitPrice = &UnitPrice{o.UnitPrice, o.PerGrams}
	}
	return p
}

func productPage(ctx context.Context, p *catalog.Page) ProductPage {
	out := ProductPage{
		Product: product(ctx, &p.Card), Titles: p.Titles, Descriptions: p.Descriptions, HSCode: p.HSCode, OriginLand: p.OriginCountry,
		PictureURLs: make([]string, len(p.Pictures)), Batches: batches(p.Batches),
	}
	for i, pic := range p.Pictures {
		out.PictureURLs[i] = pictureURL(&pic.ID)
	}
	return out
}

func batches(all []catalog.Batch) []Batch {
	out := make([]Batch, len(all))
	for i, b := range all {
		out[i] = Batch{b.TraceCode, day(b.HarvestedOn), b.CertificateNo}
	}
	return out
}

func stall(ctx context.Context, s *sellers.Seller) Seller {
	return Seller{
		SellerRef: SellerRef{s.ID, s.Slug, in(ctx, s.Names), in(ctx, s.Village)}, Kind: string(s.Kind), Story: in(ctx, s.Story),
		Households: s.Households, SinceYear: s.SinceYear, AltitudeM: s.AltitudeM, PictureURL: pictureURL(s.PictureID),
	}
}

func months(mask int) []int {
	var out []int
	for m := range 12 {
		if mask&(1<<m) != 0 {
			out = append(out, m+1)
		}
	}
	return out
}

func day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.DateOnly)
}
