using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Support;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Dispatch.Server.Tests.Access;

/// <summary>How a sign-in begins, lasts, and ends.</summary>
public sealed class SignInTests : IAsyncLifetime
{
    private TestNode node = null!;
    private ApiClient stranger = null!;

    private HttpClient Http => stranger.Http;

    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        stranger = node.Stranger();
    }

    public async Task DisposeAsync()
    {
        stranger.Dispose();
        await node.DisposeAsync();
    }

    [Fact]
    public async Task The_console_signs_in_by_a_cookie_that_no_script_can_read()
    {
        var answer = await Http.PostAsJsonAsync("/api/session?cookie=true", new { username = " FuTian ", password = World.Password });
        Assert.Equal(204, (int)answer.StatusCode);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/me") { Headers = { { "Cookie", cookie.Split(';')[0] } } };
        var me = await (await Http.SendAsync(request)).Content.ReadFromJsonAsync<JsonNode>();
        Assert.Equal(("operator", "440304"), ((string?)me!["role"], (string?)me["region"]!["code"]));
    }

    [Fact]
    public async Task A_sign_in_given_by_one_node_is_good_on_another()
    {
        await using var other = await TestNode.StartAsync(node.World);
        using var operatorOf = await node.SignInAsync("futian");
        using var there = new HttpClient { BaseAddress = new Uri(other.Address) };
        there.DefaultRequestHeaders.Authorization = new("Bearer", operatorOf.Token);

        Assert.Equal(200, (int)(await there.GetAsync("/api/me")).StatusCode);
    }

    [Fact]
    public async Task A_token_in_the_address_is_good_for_the_live_line_alone()
    {
        using var operatorOf = await node.SignInAsync("futian");

        Assert.Equal(401, (int)(await Http.GetAsync($"/api/me?access_token={Uri.EscapeDataString(operatorOf.Token)}")).StatusCode);
    }

    [Fact]
    public async Task Tokens_are_renewed_until_the_accounts_epoch_is_raised()
    {
        await node.World.VolunteerAsync(100);
        var tokens = await SignInAsync("v0001");
        tokens = await RefreshAsync(tokens) ?? throw new InvalidOperationException("The tokens were not renewed.");

        await node.World.SqlAsync("UPDATE accounts SET auth_epoch = auth_epoch + 1 WHERE username = 'v0001'");

        Assert.Null(await RefreshAsync(tokens));
        Assert.NotNull(await RefreshAsync(await SignInAsync("v0001")));
    }

    [Fact]
    public async Task A_removed_account_is_not_renewed()
    {
        await node.World.VolunteerAsync(100);
        var tokens = await SignInAsync("v0001");

        await node.World.SqlAsync("DELETE FROM accounts WHERE username = 'v0001'");

        Assert.Null(await RefreshAsync(tokens));
    }

    [Fact]
    public async Task A_live_line_ends_with_the_sign_in_it_was_opened_under()
    {
        await node.World.VolunteerAsync(100);
        node.Services.GetRequiredService<IOptionsMonitor<BearerTokenOptions>>().Get(BearerTokenDefaults.AuthenticationScheme).BearerTokenExpiration = TimeSpan.FromSeconds(3);
        using var volunteer = await node.SignInAsync("v0001");
        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token);

        await phone.Closed.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(401, (await volunteer.GetAsync("/api/me")).Status);
    }

    [Fact]
    public async Task Whoever_guesses_a_password_has_to_wait_and_the_others_do_not()
    {
        await node.World.VolunteerAsync(100);
        var statuses = new List<int>();
        for (var guess = 0; guess < 12; guess++)
        {
            statuses.Add((int)(await Http.PostAsJsonAsync("/api/session", new { username = "futian", password = $"guess {guess}" })).StatusCode);
        }

        Assert.Equal([.. Enumerable.Repeat(401, 10), 429, 429], statuses);
        Assert.NotNull(await SignInAsync("v0001"));
    }

    [Fact]
    public async Task An_activation_code_works_once_and_not_after_its_time()
    {
        var volunteer = await node.World.VolunteerAsync(100);
        using var station = await node.SignInAsync("futian");
        var replaced = await IssueAsync(station, volunteer);
        var code = await IssueAsync(station, volunteer);
        var late = await IssueAsync(station, await node.World.VolunteerAsync(200));
        await node.World.SqlAsync($"UPDATE activation_codes SET expires_at = now() - interval '1 second' WHERE code_hash = sha256('{late}'::bytea)");

        var first = await Http.PostAsJsonAsync("/api/session/activate", new { code = $" {code[..4].ToLowerInvariant()} {code[4..]} " });
        Assert.Equal(401, (int)(await Http.PostAsJsonAsync("/api/session/activate", new { code = replaced })).StatusCode);
        var again = await Http.PostAsJsonAsync("/api/session/activate", new { code });
        var expired = await Http.PostAsJsonAsync("/api/session/activate", new { code = late });

        Assert.Equal((200, 401, 401), ((int)first.StatusCode, (int)again.StatusCode, (int)expired.StatusCode));
        Assert.DoesNotContain(code, await node.World.ScalarAsync<string>("SELECT string_agg(encode(code_hash, 'escape'), ' ') FROM activation_codes"), StringComparison.Ordinal);
    }

    private static async Task<string> IssueAsync(ApiClient station, Guid volunteer) =>
        (string)(await station.PostAsync($"/api/volunteers/{volunteer}/activation-code")).Body!["code"]!;

    private async Task<JsonNode> SignInAsync(string username)
    {
        var answer = await Http.PostAsJsonAsync("/api/session", new { username, password = World.Password });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private async Task<JsonNode?> RefreshAsync(JsonNode tokens)
    {
        var answer = await Http.PostAsJsonAsync("/api/session/refresh", new { refreshToken = (string)tokens["refreshToken"]! });
        return (int)answer.StatusCode switch
        {
            200 => await answer.Content.ReadFromJsonAsync<JsonNode>(),
            401 => null,
            var other => throw new InvalidOperationException($"{other}"),
        };
    }
}
