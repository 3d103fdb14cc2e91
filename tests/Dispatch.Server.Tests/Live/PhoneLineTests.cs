using System.Net.WebSockets;
using System.Reflection;
using System.Text;
using Dispatch.Server.Live;
using Dispatch.Server.Tests.Support;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Server.Tests.Live;

/// <summary>What a volunteer's phone hears on the live line, and what becomes of its receipts.</summary>
public sealed class PhoneLineTests : IAsyncLifetime
{
    private TestNode node = null!;

    public async Task InitializeAsync() => node = await TestNode.StartAsync();

    public async Task DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task A_connected_phone_hears_its_call_out_and_the_record_tells_how_far_it_came()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token);
        using var console = await node.SignInAsync("futian");

        var id = await console.RaiseAsync(ApiClient.Flood());

        var item = await phone.WhenAsync("offered");
        var card = item.GetProperty("callout");
        Assert.Equal(1, item.GetProperty("number").GetInt64());
        Assert.Equal("offered", card.GetProperty("state").GetString());
        Assert.Equal("水深及胸，注意触电", card.GetProperty("incident").GetProperty("risk").GetString());
        Assert.InRange(card.GetProperty("distanceMetres").GetDouble(), 99, 101);

        await phone.SayAsync("Seen", card.GetProperty("id").GetGuid());
        var facts = await console.FactsAsync(id, until: "CalloutSeen");
        Assert.Equal(["CalloutSent", "CalloutDelivered", "CalloutSeen"], facts.Kinds().Where(kind => kind is "CalloutSent" or "CalloutDelivered" or "CalloutSeen"));
        var callout = (await console.IncidentAsync(id))["callouts"]![0]!;
        Assert.NotNull(callout["sentAt"]);
        Assert.NotNull(callout["deliveredAt"]);
        Assert.NotNull(callout["seenAt"]);
    }

    [Fact]
    public async Task A_call_out_that_was_sent_is_not_delivered_before_the_phone_says_so()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token, receipts: false);
        using var console = await node.SignInAsync("futian");
        var id = await console.RaiseAsync(ApiClient.Flood());
        await phone.WhenAsync("offered");

        var facts = await console.FactsAsync(id, until: "CalloutSent");
        Assert.DoesNotContain("CalloutDelivered", facts.Kinds());

        await phone.SayAsync("Received", 1L);
        await console.FactsAsync(id, until: "CalloutDelivered");
    }

    [Fact]
    public async Task What_was_offered_while_a_phone_was_cut_off_arrives_once_and_in_order()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        using var console = await node.SignInAsync("futian");
        long cursor;
        await using (var before = await LivePhone.ConnectAsync(node, volunteer.Token))
        {
            await console.RaiseAsync(ApiClient.Flood());
            await before.WhenAsync("offered");
            cursor = before.Cursor;
        }

        var first = await volunteer.MyCalloutAsync();
        await volunteer.PutAsync($"/api/callouts/{first}/answer", new { answer = "decline", reason = "atWork" });
        for (var again = 0; again < 3; again++)
        {
            var id = await console.RaiseAsync(ApiClient.Flood());
            await console.WhenAsync(id, "offered", 1);
            await console.PostAsync($"/api/incidents/{id}/close", new { commandId = Guid.NewGuid() });
        }

        await using var after = await LivePhone.ConnectAsync(node, volunteer.Token, cursor);
        await after.WhenAsync("recalled", 3);
        Assert.Equal(Enumerable.Range((int)cursor + 1, 6).Select(number => (long)number), after.Numbers);
        Assert.Equal(["offered", "recalled", "offered", "recalled", "offered", "recalled"], after.Heard.Select(item => item.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task Two_phones_of_one_volunteer_hear_the_same()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        await using var one = await LivePhone.ConnectAsync(node, volunteer.Token);
        await using var other = await LivePhone.ConnectAsync(node, volunteer.Token);
        using var console = await node.SignInAsync("futian");

        await console.RaiseAsync(ApiClient.Flood());

        await one.WhenAsync("offered");
        await other.WhenAsync("offered");
        Assert.Equal(one.Numbers, other.Numbers);
    }

    [Fact]
    public async Task A_phone_that_joins_from_further_back_while_the_inbox_is_read_is_not_sent_over_a_gap()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        using var console = await node.SignInAsync("futian");
        await using var before = await LivePhone.ConnectAsync(node, volunteer.Token);
        await console.RaiseAsync(ApiClient.Flood());
        await before.WhenAsync("offered");

        LivePhone after;
        await using (var held = await HeldLock.OnAsync(node.World, "LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE"))
        {
            await before.OrderAsync("Watch", 1L); // its turn: the inbox is read beyond 1, and waits
            await Eventually.True(
                () => node.World.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%FROM inbox item%' AND {held.Backend} = ANY (pg_blocking_pids(pid)))"),
                "the inbox to be read");
            after = await LivePhone.ConnectAsync(node, volunteer.Token); // the same phone by another line, that never heard of 1
            await held.SqlAsync("""
                INSERT INTO inbox (volunteer_id, number, at, kind, incident_id, callout_id) SELECT volunteer_id, 2, now(), 'expired', incident_id, callout_id FROM inbox;
                UPDATE inbox_heads SET last_number = 2;
                COMMIT
                """);
        }

        await using (after)
        {
            await after.WhenAsync("expired");
            await before.WhenAsync("expired");
            Assert.Equal([1, 2], after.Numbers);
        }
    }

    [Fact]
    public async Task A_phone_hears_nothing_of_another_volunteers_call_out()
    {
        await node.World.VolunteersAsync(2);
        await node.World.SqlAsync("UPDATE volunteers SET duty = 'off' WHERE external_id = 'v0002'");
        using var asked = await node.SignInAsync("v0001");
        using var other = await node.SignInAsync("v0002");
        await using var askedPhone = await LivePhone.ConnectAsync(node, asked.Token);
        await using var otherPhone = await LivePhone.ConnectAsync(node, other.Token);
        using var console = await node.SignInAsync("futian");

        await console.RaiseAsync(ApiClient.Flood());

        await askedPhone.WhenAsync("offered");
        await Eventually.True(() => otherPhone.Current is not null, "a sign of life on the other phone");
        Assert.Empty(otherPhone.Heard);
    }

    [Fact]
    public async Task An_order_over_the_line_is_answered_with_the_card_or_with_the_problem()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token);
        using var console = await node.SignInAsync("futian");
        await console.RaiseAsync(ApiClient.Flood());
        var callout = (await phone.WhenAsync("offered")).GetProperty("callout").GetProperty("id").GetGuid();

        var accepted = await phone.OrderAsync("Answer", callout, new { answer = "accept" });
        Assert.True(accepted.GetProperty("ok").GetBoolean());
        Assert.Equal("accepted", accepted.GetProperty("card").GetProperty("state").GetString());

        var refused = await phone.OrderAsync("Answer", callout, new { answer = "decline" });
        Assert.False(refused.GetProperty("ok").GetBoolean());
        Assert.Equal("https://dispatch.invalid/problems/conflict", refused.GetProperty("problem").GetProperty("type").GetString());
        Assert.Equal("accepted", refused.GetProperty("problem").GetProperty("current").GetProperty("state").GetString());

        foreach (var state in new[] { "enRoute", "onScene" })
        {
            var moved = await phone.OrderAsync("Progress", callout, new { state });
            Assert.Equal(state, moved.GetProperty("card").GetProperty("state").GetString());
        }

        var nonsense = await phone.OrderAsync("Progress", callout, new { state = "flying" });
        Assert.Equal("state", nonsense.GetProperty("problem").GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_line_does_not_keep_the_token_it_was_opened_with(bool inTheAddress)
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        using var socket = new ClientWebSocket();
        if (!inTheAddress)
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {volunteer.Token}");
        }

        await socket.ConnectAsync(new UriBuilder(new Uri(new Uri(node.Address), "live")) { Scheme = "ws", Query = inTheAddress ? $"access_token={volunteer.Token}" : "" }.Uri, CancellationToken.None);
        foreach (var said in new[] { """{"protocol":"json","version":1}""", """{"type":1,"invocationId":"1","target":"Watch","arguments":[0]}""" })
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(said + (char)0x1e), WebSocketMessageType.Text, true, CancellationToken.None);
        }

        var line = await Eventually.Gives(() => Task.FromResult(node.Services.GetRequiredService<Connections>().All.FirstOrDefault()), found => found is not null, "the line to have joined");

        var request = ((HubCallerContext)typeof(LiveConnection).GetField("context", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(line)!).GetHttpContext()!.Request;
        string?[] kept = [request.Headers.Authorization, request.Headers.Cookie, request.QueryString.Value, request.Query["access_token"], request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget];
        Assert.All(kept, text => Assert.DoesNotContain(volunteer.Token, text ?? "", StringComparison.Ordinal));
    }
}
