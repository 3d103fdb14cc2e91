using System.Collections.Concurrent;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.MutualAid;

/// <summary>Who speaks for a region once its desk was silent may sit below it: he is told as the desk is, and sees whom he has lent.</summary>
public sealed class LiaisonLineTests : AidWorld
{
    [Fact]
    public async Task A_liaison_below_the_region_is_told_of_a_request_and_of_its_turn_to_him_and_a_neighbour_of_his_is_not()
    {
        var lent = await LenderAsync(400);
        await World.SqlAsync("""
            INSERT INTO accounts (id, username, password_hash, role, name, region)
            SELECT gen_random_uuid(), n, password_hash, 'operator', n, '440303001' FROM accounts, unnest(ARRAY['liaison', 'clerk']) AS n WHERE username = 'luohu'
            """);
        Assert.Equal(200, (await LuohuDesk.PutAsync($"/api/regions/{Luohu}/liaisons", new { commandId = Guid.NewGuid(), usernames = new[] { "liaison" }, reason = "夜间" })).Status);
        using var liaison = await Node.SignInAsync("liaison");
        using var clerk = await Node.SignInAsync("clerk");
        await using var his = await LiveConsole.WatchAsync(Node, liaison.Token, null);
        await using var other = await LiveConsole.WatchAsync(Node, clerk.Token, null);
        await using var desk = await LiveConsole.WatchAsync(Node, LuohuDesk.Token, null);
        ConcurrentQueue<string> told = new(), toldOther = new(), toldDesk = new();
        using var listening = his.On("Aid", word => told.Enqueue((string)word["kind"]!));
        using var notListening = other.On("Aid", word => toldOther.Enqueue((string)word["kind"]!));
        using var atTheDesk = desk.On("Aid", word => toldDesk.Enqueue((string)word["kind"]!));

        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await AskAsync(id, [Luohu]);
        await Eventually.True(() => told.SequenceEqual(["AidRequested"]), "the liaison to hear of the request");
        Assert.False((bool)(await RequestAsync(id, liaison))["mayAnswer"]!);
        await TimePassesAsync(id);
        await Eventually.True(() => told.SequenceEqual(["AidRequested", "AidEscalated"]), "the liaison to hear that it is his turn");

        var request = await RequestAsync(id, liaison);
        Assert.Equal(("liaison", true, lent), ((string)request["stage"]!, (bool)request["mayAnswer"]!, (Guid)request["offer"]!["people"]![0]!["id"]!));
        Assert.Equal(404, (await AnswerAsync(clerk, request, "approve", new[] { lent })).Status);
        Assert.Equal(200, (await AnswerAsync(liaison, request, "approve", new[] { lent })).Status);
        Assert.Equal(lent, (Guid)(await liaison.GetAsync("/api/mutual-aid")).Body!["lent"]![0]!["people"]![0]!["id"]!);
        Assert.Empty((await clerk.GetAsync("/api/mutual-aid")).Body!["lent"]!.AsArray());
        await Eventually.True(() => told.Contains("AidReleased") && toldDesk.SequenceEqual(["AidRequested", "AidEscalated", "AidReleased"]), "the release");
        var released = (await FutianDesk.FactsAsync(id, until: "AidReleased")).Of("AidReleased").Single()["data"]!;
        Assert.Equal(("liaison", Luohu), ((string)released["answeredAs"]!, (string)released["forCode"]!));
        Assert.Empty(toldOther);
        Assert.Empty(his.Heard); // of the incident itself nothing
    }

    [Fact]
    public async Task The_desk_hears_too_that_its_request_has_moved_on_to_the_superior()
    {
        await LenderAsync(400);
        await using var desk = await LiveConsole.WatchAsync(Node, LuohuDesk.Token, null);
        await using var city = await LiveConsole.WatchAsync(Node, CityDesk.Token, null);
        ConcurrentQueue<string> told = new(), toldCity = new();
        using var listening = desk.On("Aid", word => told.Enqueue((string)word["kind"]!));
        using var above = city.On("Aid", word => toldCity.Enqueue((string)word["kind"]!));

        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await AskAsync(id, [Luohu]);
        await TimePassesAsync(id);

        await Eventually.True(() => told.SequenceEqual(["AidRequested", "AidEscalated"]) && toldCity.SequenceEqual(["AidRequested", "AidEscalated"]), "both desks to hear of it");
        Assert.Equal("superior", (string)(await RequestAsync(id))["stage"]!);
    }
}
