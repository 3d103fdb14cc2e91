using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.MutualAid;

/// <summary>A city without districts (Dongguan) leads its people itself: it lends and borrows as a district does, and never a city over the heads of its districts.</summary>
public sealed class CityWithoutDistrictsTests : AidWorld
{
    private const string Dongguan = "4419", Shenzhen = "4403";

    private ApiClient dongguanDesk = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await World.SqlAsync("""
            INSERT INTO regions (code, name, name_en, level, level_name, parent_code, path, boundary, boundary_kind) VALUES
              ('4419', '东莞市', 'Dongguan', 2, '市', '44', '44.4419', ST_Multi(ST_MakeEnvelope(114.25, 22.5, 114.3, 22.6, 4326)), 'schematic'),
              ('441900001', '莞城街道', 'Guancheng', 4, '街道', '4419', '44.4419.441900001', ST_Multi(ST_MakeEnvelope(114.25, 22.5, 114.3, 22.6, 4326)), 'schematic');
            INSERT INTO accounts (id, username, password_hash, role, name, region)
            SELECT gen_random_uuid(), 'dongguan', password_hash, 'operator', '东莞指挥员', '4419' FROM accounts WHERE username = 'luohu';
            """);
        dongguanDesk = await Node.SignInAsync("dongguan");
    }

    [Fact]
    public async Task It_is_asked_and_lends_as_a_district_does()
    {
        var lent = await OfDongguanAsync();
        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
        Assert.Equal(422, (await AskAsync(id, [Shenzhen])).Status); // our own superior
        Assert.Equal(200, (await AskAsync(id, [Dongguan])).Status);

        Assert.Equal(200, (await AnswerAsync(dongguanDesk, await RequestAsync(id, dongguanDesk), "approve", new[] { lent })).Status);

        Assert.Equal(lent, (Guid)(await FutianDesk.WhenAsync(id, "offered", 1))["callouts"]![0]!["volunteer"]!["id"]!);
    }

    [Fact]
    public async Task It_asks_the_districts_of_its_neighbour_and_not_the_city_over_their_heads()
    {
        var id = await dongguanDesk.RaiseAsync(ApiClient.Flood(longitude: 114.27, latitude: 22.55));
        Assert.Equal(Dongguan, (string)(await dongguanDesk.IncidentAsync(id))["district"]!["code"]!);

        Assert.Equal(422, (await AskForDongguanAsync(Shenzhen)).Status);
        Assert.Equal(200, (await AskForDongguanAsync(Luohu)).Status);

        await RequestAsync(id, LuohuDesk);

        Task<(int Status, JsonNode? Body)> AskForDongguanAsync(string region) =>
            dongguanDesk.PostAsync($"/api/incidents/{id}/aid", new { commandId = Guid.NewGuid(), regions = new[] { region }, reason = "力量不足" });
    }

    [Fact]
    public async Task An_area_that_reaches_into_it_touches_it()
    {
        var body = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(ApiClient.Flood()))!.AsObject();
        body["area"] = JsonNode.Parse("""{"datum": "wgs84", "ring": [[114.01, 22.52], [114.26, 22.52], [114.26, 22.53], [114.01, 22.53]]}""");

        var incident = await FutianDesk.IncidentAsync(await FutianDesk.RaiseAsync(body));

        Assert.Equal(["440303", "440304", Dongguan], incident["touched"]!.AsArray().Select(code => (string)code!).Order(StringComparer.Ordinal));
        Assert.Equal("44", (string)incident["district"]!["code"]!);
    }

    [Fact]
    public async Task An_agreement_is_made_by_who_leads_the_people_it_lends()
    {
        Assert.Equal((422, "lender"), await ProposeAsync(CityDesk, Guid.NewGuid(), Shenzhen, Dongguan, bothWays: false)); // whose people? each district's own
        Assert.Equal((422, "borrower"), await ProposeAsync(CityDesk, Guid.NewGuid(), Dongguan, Shenzhen, bothWays: true));
        var partners = (await FutianDesk.GetAsync("/api/mutual-aid")).Body!["others"]!.AsArray().Select(region => (string)region!["code"]!);
        Assert.Equal([Luohu, Futian, Dongguan], partners.Order(StringComparer.Ordinal)); // whom the page offers
        var agreement = Guid.NewGuid();
        Assert.Equal((200, null), await ProposeAsync(CityDesk, agreement, Dongguan, Shenzhen, bothWays: false)); // for the incidents of all its districts
        Assert.Equal(200, (await dongguanDesk.PostAsync($"/api/agreements/{agreement}/accept", new { commandId = Guid.NewGuid(), reason = "同意" })).Status);
        var lent = await OfDongguanAsync();

        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());

        Assert.Equal(lent, (Guid)(await FutianDesk.WhenAsync(id, "offered", 1))["callouts"]![0]!["volunteer"]!["id"]!);
        Assert.Equal("agreement", (string)(await FutianDesk.FactsAsync(id, until: "AidReleased")).Of("AidReleased").Single()["data"]!["ground"]!);
    }

    private static async Task<(int Status, string? Field)> ProposeAsync(ApiClient desk, Guid id, string lender, string borrower, bool bothWays)
    {
        var (status, body) = await desk.PutAsync($"/api/agreements/{id}", new { commandId = Guid.NewGuid(), lender, borrower, bothWays, category = "flood", validUntil = Now.AddDays(30), reason = "联动协议" });
        return (status, (string?)body!["errors"]?[0]!["field"]);
    }

    private async Task<Guid> OfDongguanAsync()
    {
        var id = await World.VolunteerAsync(400, home: "441900001");
        await World.SqlAsync($"INSERT INTO consents (id, volunteer_id, kind, given_at) VALUES (gen_random_uuid(), '{id}', 'crossRegion', now())");
        return id;
    }
}
