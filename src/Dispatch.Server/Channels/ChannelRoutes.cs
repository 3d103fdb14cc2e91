using Dispatch.Server.Access;

namespace Dispatch.Server.Channels;

internal static class ChannelRoutes
{
    public static IServiceCollection AddChannels(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(ChannelSettings.Read(configuration));
        services.AddSingleton<PersonalData>();
        services.AddSingleton<Outbox>();
        services.AddSingleton<Letters>();
        services.AddSingleton<Vapid>();
        services.AddSingleton(_ => new Outward());
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<Webhook>(provider, provider.GetRequiredService<Outward>().Client));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<WebPush>(provider, provider.GetRequiredService<Outward>().Client));
        services.AddSingleton<Inbound>();
        services.AddSingleton<ReceiveReply>();
        services.AddSingleton<ReceiveReport>();
        services.AddSingleton<TestReachability>();
        services.AddHostedService<Fallback>();
        services.AddHostedService<Sender>();
        services.AddHostedService<TestLine>();
        return services;
    }

    public static void MapChannels(this IEndpointRouteBuilder routes)
    {
        // Gateways: no sign-in, but a signature on every call.
        var channels = routes.MapGroup("/api/channels").WithTags("Channels");
        channels.MapPost("/{channel}/replies", (string channel, HttpContext context, Inbound inbound, ReceiveReply replies) =>
            inbound.HandleAsync<ReceiveReply.Request>(channel, context, (_, told) => ReceiveReply.Check(told), replies.HandleAsync)).Produces<ReceiveReply.Answer>();
        channels.MapPost("/{channel}/reports", (string channel, HttpContext context, Inbound inbound, ReceiveReport reports) =>
            inbound.HandleAsync<ReceiveReport.Request>(channel, context, (_, told) => ReceiveReport.Check(told), reports.HandleAsync)).Produces<ReceiveReport.Answer>();
        channels.MapPost("/push/received", ReceivePush.Handle).Produces(204);

        var tests = routes.MapGroup("/api/volunteers/{id:guid}/reachability").RequireAuthorization(SignIns.OperatorsOnly).WithTags("Channels");
        tests.MapPost("", TestReachability.Order).Produces<TestReachability.View>();
        tests.MapGet("", TestReachability.List).Produces<TestReachability.Listing>();

        var me = routes.MapGroup("/api/me").RequireAuthorization(SignIns.VolunteersOnly).WithTags("Volunteer");
        me.MapPut("/tests/{id:guid}", TestLine.Received).Produces(204);
        me.MapGet("/push", PushSubscriptions.Get).Produces<PushSubscriptions.View>();
        me.MapPut("/push", PushSubscriptions.Put).Produces(204);
        me.MapDelete("/push", PushSubscriptions.Delete).Produces(204);
    }

    /// <summary>The one client that speaks to the outside: no redirects (a signed body goes where it was meant to, or nowhere), no cookies.</summary>
    private sealed class Outward : IDisposable
    {
        public HttpClient Client { get; } = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan, // each call has its own limit
        };

        public void Dispose() => Client.Dispose();
    }
}
