package office

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"countyfair/auth"
	"countyfair/internal/actor"
	"countyfair/web/pages/page"
	"countyfair/web/pages/shape"
	"countyfair/web/ui"
)

// officeRoles are those that work in the office.
var officeRoles = []actor.Role{actor.Officer, actor.Supervisor}

func (d Deps) people(c *fiber.Ctx) error { return d.showPeople(c, fiber.StatusOK, nil) }

func (d Deps) showPeople(c *fiber.Ctx, status int, in *page.Input) error {
	r := read(c)
	v := shape.FormView{Frame: d.frame(r, r.w.T("office.people")), Action: people, Submit: r.w.T("office.add_person"), ReadOnly: !r.mayAct(), Intro: r.w.T("office.people_text")}
	if in != nil {
		v.Form = in.Form()
	}
	for _, role := range officeRoles {
		list, _, err := d.Auth.ListUsers(r.ctx(), r.who, r.county.ID, auth.UserFilter{Role: role, Limit: 100})
		if err != nil {
			return err
		}
		for _, a := range list {
			v.Beside = append(v.Beside, person(r, a, role))
		}
	}
	if r.mayAct() {
		login := typed(&v, "login", "", r.w.T("office.login"))
		login.Hint = r.w.T("office.login_hint")
		v.Sections = []shape.Section{{Title: r.w.T("office.add_person"), Pairs: true, Controls: []shape.Control{{Field: login}, {Field: typed(&v, "name", "", r.w.T("office.person_name"))}}}}
	}
	return page.Render(c, status, shape.Form(v))
}

func person(r reader, a auth.Account, role actor.Role) shape.SmallAct {
	who := nonEmpty(a.Name, a.Email, a.Phone)
	out := shape.SmallAct{Text: who[0], Note: r.w.T("role." + string(role)), Action: people + "/" + a.ID.String()}
	if len(who) > 1 {
		out.Note = who[1] + " · " + out.Note
	}
	if role == actor.Officer && a.ID != r.who.Account { // supervisors are the platform's to name
		out.Label, out.Icon, out.Hidden = r.w.T("office.take_role"), "close", []ui.Hidden{{Name: "revoke", Value: string(role)}}
	}
	return out
}

// addPerson makes an officer: an account is made where there is none; the
// person signs in by a one-time code and may set a password then.
func (d Deps) addPerson(c *fiber.Ctx) error {
	r, in := read(c), page.Read(c)
	in.Require("login")
	if in.Bad() {
		return d.showPeople(c, fiber.StatusUnprocessableEntity, in)
	}
	found, _, err := d.Auth.ListUsers(r.ctx(), r.who, r.county.ID, auth.UserFilter{Query: in.Text("login"), Limit: 2})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(found, func(a auth.Account) bool { return a.Email == in.Text("login") || a.Phone == in.Text("login") })
	if at >= 0 {
		err = d.Auth.GrantRole(r.ctx(), r.who, r.county.ID, found[at].ID, actor.Officer)
	} else {
		_, err = d.Auth.CreateUser(r.ctx(), r.who, r.county.ID, auth.NewUser{Login: in.Text("login"), Name: in.Text("name"), Role: actor.Officer, Language: r.w.Lang()})
	}
	return saved(c, in, err, d.showPeople)
}

func (d Deps) changePerson(c *fiber.Ctx) error {
	r, in := read(c), page.Read(c)
	id, err := r.id()
	if err != nil {
		return err
	}
	if err := d.Auth.RevokeRole(r.ctx(), r.who, r.county.ID, id, actor.Role(in.Text("revoke"))); err != nil {
		if in.Refuse(err) {
			return d.showPeople(c, fiber.StatusUnprocessableEntity, in)
		}
		return err
	}
	return page.Done(c, people, "saved")
}
