using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Drills;

internal static class DrillPhones
{
    /// <summary>Gives a volunteer a drill phone as a station does, and activates it.</summary>
    public static async Task<ApiClient> DrillPhoneAsync(this TestNode node, ApiClient operatorOf, Guid person)
    {
        var (status, made) = await operatorOf.PostAsync($"/api/volunteers/{person}/drill-phone");
        Assert.True(status == 200, $"{status} {made}");
        using var stranger = node.Stranger();
        var (_, tokens) = await stranger.PostAsync("/api/session/activate", new { code = (string)made!["code"]! });
        var token = (string)tokens!["accessToken"]!;
        var http = new HttpClient { BaseAddress = new Uri(node.Address) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return new ApiClient(http, token);
    }
}
