package seller

import (
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/sellers"
	"countyfair/tenants"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// kindDrawings show the kinds of sellers.
var kindDrawings = map[sellers.Kind]string{sellers.Household: "hat", sellers.Cooperative: "basket", sellers.Firm: "market"}

// applyPage shows where the account's application stands, or asks for one.
func (h handlers) applyPage(c *fiber.Ctx) error {
	mine, err := h.Sellers.Mine(c.UserContext(), page.Who(c))
	switch {
	case errors.Is(err, sellers.ErrNotFound):
		return h.drawApply(c, fiber.StatusOK, ui.Form{}, uuid.Nil)
	case err != nil:
		return err
	case mine.State == sellers.Rejected && c.Query("again") != "":
		return h.drawApply(c, fiber.StatusOK, profileForm(mine, page.County(c)), deref(mine.PictureID))
	}
	return h.drawApplied(c, mine)
}

func (h handlers) applyFrame(c *fiber.Ctx, title, say string) ui.DeskFrame {
	w := page.Words(c)
	f := ui.DeskFrame{Frame: h.Kit.Frame(c, w.T(title)), NoBar: true, Back: ui.AccountPath, Say: w.T(say)}
	f.NoIndex, f.Canonical = true, ""
	return f
}

func (h handlers) drawApply(c *fiber.Ctx, status int, f ui.Form, face uuid.UUID) error {
	v := h.applyView(c, f, face)
	v.Frame, v.Action = h.applyFrame(c, "nav.apply", "say.apply"), ui.ApplyPath
	return page.Render(c, status, Apply(v))
}

// applyView is what the application and the stall's own page have in common.
func (h handlers) applyView(c *fiber.Ctx, f ui.Form, face uuid.UUID) ApplyView {
	w, county := page.Words(c), page.County(c)
	v := ApplyView{Form: f, Tongues: tongues(county), Rules: ui.Link{Label: w.T("legal.terms"), URL: "/" + string(tenants.Terms)}}
	for _, k := range sellers.Kinds {
		v.Kinds = append(v.Kinds, Choice{Value: string(k), Label: w.T("seller_kind." + string(k)), Drawing: kindDrawings[k], Chosen: f.Is("kind", string(k))})
	}
	if face != uuid.Nil {
		v.Face, v.FaceID = page.PictureURL(face.String(), 160), face.String()
	}
	return v
}

func (h handlers) drawApplied(c *fiber.Ctx, s *sellers.Seller) error {
	w, county := page.Words(c), page.County(c)
	v := AppliedView{
		Frame: h.applyFrame(c, "nav.apply", "applied."+string(s.State)), Status: ui.Status{Of: "seller", Code: string(s.State)},
		Name: s.Names.In(w.Lang(), county.DefaultLanguage()), When: w.T("applied.when", "When", w.Ago(s.AppliedAt, h.Kit.Clock.Now(), county.TimeZone)),
	}
	switch s.State {
	case sellers.Rejected:
		v.Again, v.Said = ui.ApplyPath+"?again=1", s.Reason
	case sellers.Suspended:
		v.Said = s.Reason
	case sellers.Approved:
		v.Desk = ui.DeskPath
	case sellers.Applied:
	}
	return page.Render(c, fiber.StatusOK, Applied(v))
}

func (h handlers) apply(c *fiber.Ctx) error {
	in := page.Read(c)
	p, face := h.readProfile(c, in)
	if in.Text("kind") == "" {
		in.Fail("kind", "error.field_unknown")
	}
	in.Require("contact_name", "phone")
	if !in.Flag("agree") {
		in.Fail("agree", "error.field_agree")
	}
	if in.Bad() {
		return h.drawApply(c, fiber.StatusUnprocessableEntity, in.Form(), face)
	}
	_, err := h.Sellers.Apply(c.UserContext(), page.Who(c), p)
	refused := refuseProfile(in, err, page.County(c))
	if refused {
		return h.drawApply(c, statusOf(err), in.Form(), face)
	} else if err != nil {
		return err
	}
	return page.Done(c, ui.ApplyPath, "flash.applied")
}

// profilePage lets a seller change what the market says of it.
func (h handlers) profilePage(c *fiber.Ctx, stall *sellers.Seller) error {
	return h.drawProfile(c, fiber.StatusOK, profileForm(stall, page.County(c)), deref(stall.PictureID), stall)
}

func (h handlers) drawProfile(c *fiber.Ctx, status int, f ui.Form, face uuid.UUID, stall *sellers.Seller) error {
	w := page.Words(c)
	frame, err := h.frame(c, ui.TabSell, w.T("profile.title"), ui.DeskPath)
	if err != nil {
		return err
	}
	frame.Say = w.T("say.profile")
	v := h.applyView(c, f, face)
	v.Frame, v.Action, v.Approved = frame, profilePath, true
	v.Public = sellersPath + stall.Slug
	return page.Render(c, status, Apply(v))
}

func (h handlers) profile(c *fiber.Ctx, stall *sellers.Seller) error {
	in := page.Read(c)
	p, face := h.readProfile(c, in)
	in.Require("contact_name", "phone")
	if in.Bad() {
		return h.drawProfile(c, fiber.StatusUnprocessableEntity, in.Form(), face, stall)
	}
	_, err := h.Sellers.Edit(c.UserContext(), page.Who(c), p)
	refused := refuseProfile(in, err, page.County(c))
	if refused {
		return h.drawProfile(c, statusOf(err), in.Form(), face, stall)
	} else if err != nil {
		return err
	}
	return page.Done(c, ui.DeskPath, "flash.saved")
}

// readProfile reads the form, and takes in its picture whatever else is wrong
// with the form: nobody should have to choose it again.
func (h handlers) readProfile(c *fiber.Ctx, in *page.Input) (sellers.Profile, uuid.UUID) {
	county := page.County(c)
	p := sellers.Profile{
		Kind: sellers.Kind(in.Text("kind")), Names: in.Texts("name", county.Languages...), Village: in.Texts("place", county.Languages...),
		Story: in.Texts("about", county.Languages...), Contact: in.Text("contact_name"), Phone: in.Text("phone"), LicenceNo: in.Text("credit_code"),
		Households: maybe(in, "households"), SinceYear: maybe(in, "since_year"), AltitudeM: maybe(in, "altitude_m"),
	}
	face, err := uuid.Parse(in.Text("face_id"))
	if err != nil {
		face = uuid.Nil
	}
	if ids := h.takePictures(c, in, "face"); len(ids) > 0 {
		face = ids[0]
	}
	if face != uuid.Nil {
		p.PictureID = &face
	}
	return p, face
}

// refuseProfile takes a refusal into the form under the form's own names.
func refuseProfile(in *page.Input, err error, county *tenants.County) bool {
	refused := in.Refuse(err)
	own := county.DefaultLanguage()
	for from, to := range map[string]string{"names": "name." + own, "village": "place." + own, "story": "about." + own, "contact": "contact_name", "licence_no": "credit_code"} {
		in.Rename(from, to)
		for _, tag := range county.Languages {
			if field, _, ok := strings.Cut(to, "."); ok {
				in.Rename(from+"."+tag, field+"."+tag)
			}
		}
	}
	return refused
}

// profileForm is the form as the seller stands.
func profileForm(s *sellers.Seller, county *tenants.County) ui.Form {
	v := map[string]string{"kind": string(s.Kind), "contact_name": s.Contact, "phone": s.Phone, "credit_code": s.LicenceNo}
	for _, tag := range county.Languages {
		v["name."+tag], v["place."+tag], v["about."+tag] = s.Names[tag], s.Village[tag], s.Story[tag]
	}
	for name, n := range map[string]*int{"households": s.Households, "since_year": s.SinceYear, "altitude_m": s.AltitudeM} {
		if n != nil {
			v[name] = strconv.Itoa(*n)
		}
	}
	return ui.Form{Values: v}
}
