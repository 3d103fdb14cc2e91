using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.MutualAid;

/// <summary>Futian without anybody, Luohu next door with people who could be lent, the city above both.</summary>
public abstract class AidWorld : IAsyncLifetime
{
    protected const string Luohu = "440303", LuohuStreet = "440303001", Futian = "440304";

    protected TestNode Node { get; private set; } = null!;

    protected ApiClient FutianDesk { get; private set; } = null!;

    protected ApiClient LuohuDesk { get; private set; } = null!;

    protected ApiClient CityDesk { get; private set; } = null!;

    protected World World => Node.World;

    protected static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public virtual async Task InitializeAsync()
    {
        Node = await TestNode.StartAsync();
        FutianDesk = await Node.SignInAsync("futian");
        LuohuDesk = await Node.SignInAsync("luohu");
        CityDesk = await Node.SignInAsync("shenzhen");
    }

    public async Task DisposeAsync()
    {
        FutianDesk.Dispose();
        LuohuDesk.Dispose();
        CityDesk.Dispose();
        await Node.DisposeAsync();
    }

    /// <summary>Somebody of Luohu who consents to be lent, east of the incident.</summary>
    protected async Task<Guid> LenderAsync(double metresEast, bool consents = true, string qualification = "rescue.water")
    {
        var id = await World.VolunteerAsync(metresEast, qualification, home: LuohuStreet);
        if (consents)
        {
            await World.SqlAsync($"INSERT INTO consents (id, volunteer_id, kind, given_at) VALUES (gen_random_uuid(), '{id}', 'crossRegion', now())");
        }

        return id;
    }

    protected Task<(int Status, JsonNode? Body)> AskAsync(Guid incident, string[]? regions = null) =>
        FutianDesk.PostAsync($"/api/incidents/{incident}/aid", new { commandId = Guid.NewGuid(), regions, reason = "本区力量不足" });

    /// <summary>The request to Luohu, as its desk sees it.</summary>
    protected async Task<JsonNode> RequestAsync(Guid incident, ApiClient? desk = null)
    {
        var mine = await Eventually.Gives(
            async () => (await (desk ?? LuohuDesk).GetAsync("/api/mutual-aid")).Body!["requests"]!.AsArray().FirstOrDefault(request => (Guid)request!["incident"]!["id"]! == incident),
            request => request is not null, "the request on the desk");
        return (await (desk ?? LuohuDesk).GetAsync($"/api/mutual-aid/{(Guid)mine!["id"]!}")).Body!;
    }

    protected static Task<(int Status, JsonNode? Body)> AnswerAsync(ApiClient desk, JsonNode request, string answer, object? people = null, string? reason = null, DateTimeOffset? until = null) =>
        desk.PostAsync($"/api/mutual-aid/{(Guid)request["id"]!}/answer", new { commandId = Guid.NewGuid(), answer, people, reason, until });

    protected async Task<Guid> AgreeAsync(string? category = null, string? mode = null, bool bothWays = false, DateTimeOffset? until = null)
    {
        var id = Guid.NewGuid();
        var (status, body) = await CityDesk.PutAsync($"/api/agreements/{id}", new
        {
            commandId = Guid.NewGuid(), lender = Luohu, borrower = Futian, bothWays, category, mode, validUntil = until ?? Now.AddDays(30), reason = "联动协议",
        });
        Assert.True(status == 200, $"{status} {body}");
        return id;
    }

    protected Task PolicyAsync(object values) => SetAsync(CityDesk, "4403", values);

    protected static async Task SetAsync(ApiClient desk, string region, object values, string mode = "peacetime")
    {
        var body = System.Text.Json.JsonSerializer.SerializeToNode(values)!.AsObject();
        (body["commandId"], body["region"], body["mode"], body["reason"]) = (Guid.NewGuid(), region, mode, "试行");
        var (status, answer) = await desk.PutAsync("/api/policies", body);
        Assert.True(status == 200, $"{status} {answer}");
    }

    /// <summary>Moves what waits for a deadline of an incident into the past, as time would.</summary>
    protected Task TimePassesAsync(Guid incident) => World.SqlAsync($"""
        UPDATE aid_requests SET due_at = now() - interval '1 second', asked_at = asked_at - interval '1 hour' WHERE incident_id = '{incident}' AND due_at IS NOT NULL;
        UPDATE releases SET given_at = now() - interval '2 hours', valid_until = now() - interval '1 second' WHERE incident_id = '{incident}' AND lapse_told_at IS NULL;
        UPDATE incidents SET aid_due_at = now() - interval '1 second', look_at = now() - interval '1 second' WHERE id = '{incident}' AND aid_due_at IS NOT NULL;
        """);
}
