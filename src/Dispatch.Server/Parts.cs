using System.Text.Json;
using Dispatch.Geo;
using Dispatch.Server.Callouts;
using Dispatch.Server.Clock;
using Dispatch.Server.Imports;
using Dispatch.Server.Incidents;
using Dispatch.Server.Liaisons;
using Dispatch.Server.Live;
using Dispatch.Server.Musters;
using Dispatch.Server.MutualAid;
using Dispatch.Server.Nodes;
using Dispatch.Server.Plans;
using Dispatch.Server.Regions;
using Dispatch.Server.Setup;
using Dispatch.Server.Teams;
using Dispatch.Server.Telemetry;
using Dispatch.Server.Volunteers;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace Dispatch.Server;

/// <summary>What a node is made of, and what it answers when something fails.</summary>
internal static class Parts
{
    private const int MostBodyBytes = 256 * 1024;

    public static IServiceCollection AddParts(this IServiceCollection services, string connectionString)
    {
        services.TryAddSingleton(TimeProvider.System);
        var clock = new DatabaseClock();
        services.AddSingleton(clock);
        services.AddSingleton(GeoBounds.MainlandChina);
        services.ConfigureHttpJsonOptions(options => Json.Configure(options.SerializerOptions));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true); // an unreadable body becomes a problem that names the field
        services.Configure<KestrelServerOptions>(options =>
        {
            options.Limits.MaxRequestBodySize = MostBodyBytes; // imports raise it for themselves
            options.AddServerHeader = false;
        });
        RoomForConnections.AddTo(services);
        services.AddResponseCompression(options => options.EnableForHttps = true);
        services.AddOpenApi();

        services.AddTelemetry();
        services.AddHosted<Redis>().AddSingleton<Hints>();
        services.AddSingleton<FactLog>();
        services.AddSingleton<FactReader>();
        services.AddSingleton<InboxReader>();
        services.AddSingleton<Quarantine>();
        services.AddSingleton<Connections>();
        services.AddSingleton<SendReview>();
        services.AddSingleton<Pace>();
        services.AddSingleton<Drain>().AddSingleton<IHostLifetime, StopsGently>();
        services.AddHosted<Receipts>().AddHosted<PositionFeed>().AddHosted<Pump>().AddHosted<Sweep>().AddHosted<NodePulse>().AddHosted<Presence>().AddHosted<KeepReady>();

        services.AddSingleton<Rehearsal>();
        RoomForImports.AddTo(services);
        services.AddSingleton<ImportRegions>();
        services.AddSingleton<RaiseIncident>();
        services.AddSingleton<DrawPlan>();
        services.AddSingleton<CommandIncident>();
        services.AddSingleton<CommandCallout>();
        services.AddSingleton<MovesThatMatter>();
        services.AddSingleton<TakeOver>();
        services.AddSingleton<AdvanceIncident>();
        services.AddSingleton<RequestAid>();
        services.AddSingleton<AnswerAid>();
        services.AddSingleton<ExtendRelease>();
        services.AddSingleton<DecideLapse>();
        services.AddSingleton<OfferSelf>();
        services.AddSingleton<DecideOffer>();
        services.AddSingleton<DueIncidents>();
        services.AddSingleton<AnswerCallout>().AddSingleton<AcceptTogether>();
        services.AddSingleton<MyCallouts>();
        services.AddSingleton<ReportProgress>();
        services.AddSingleton<MusterLog>().AddSingleton<CallMuster>().AddSingleton<AnswerMuster>().AddSingleton<CommandMuster>();
        services.AddSingleton<AnswerOnBehalf>().AddSingleton<Repudiate>().AddSingleton<AnswerTask>().AddHosted<SilentWaves>();
        services.AddHosted<TellPeople>().AddHosted<MusterPump>().AddHosted<Policies.OrderPump>();
        services.AddSingleton<SetDuty>();
        services.AddSingleton<SetMeans>();
        services.AddSingleton<SetHours>();
        services.AddSingleton<SetConsents>();
        services.AddSingleton<ReportPosition>();
        services.AddSchedules(connectionString, clock);

        services.AddSignalR(LiveLimits.Configure).AddJsonProtocol(options => Json.Configure(options.PayloadSerializerOptions));
        return services;
    }

    /// <summary>A page of another site may not open the live line with this site's cookie, whatever the browser thinks of SameSite.</summary>
    public static Task RefuseForeignOrigins(HttpContext context, RequestDelegate next)
    {
        var origin = context.Request.Headers.Origin.ToString();
        return origin.Length > 0 && context.Request.Path.StartsWithSegments("/live")
            && (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Authority != context.Request.Host.Value)
            ? Problems.Forbidden("来源不被允许", "This origin is not allowed").ExecuteAsync(context)
            : next(context);
    }

    /// <summary>A kept-alive connection would come back to a node that is leaving: its next request opens a new one, by way of the balancer.</summary>
    public static Task LetGoWhileDraining(HttpContext context, RequestDelegate next)
    {
        if (context.RequestServices.GetRequiredService<Drain>().HasBegun && HttpProtocol.IsHttp11(context.Request.Protocol) && !context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Connection = "close";
        }

        return next(context);
    }

    /// <summary>
    /// What a browser may do with our files: pages load from this server alone and stand in no other site's frame; files under /assets carry a hash
    /// in their name and are never asked for again.
    /// </summary>
    public static Task GuardPages(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        if (path.StartsWithSegments("/assets"))
        {
            context.Response.OnStarting(() =>
            {
                if (context.Response.StatusCode is StatusCodes.Status200OK or StatusCodes.Status304NotModified)
                {
                    context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
                }

                return Task.CompletedTask;
            });
        }
        else if (path.Value!.EndsWith(".html", StringComparison.Ordinal))
        {
            var live = $"ws://{context.Request.Host} wss://{context.Request.Host}"; // older browsers do not count it as 'self'
            context.Response.Headers.ContentSecurityPolicy =
                $"default-src 'self'; img-src 'self' data: blob:; connect-src 'self' {live}; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
        }

        return next(context);
    }

    /// <summary>An outage is "not confirmed", for the outcome is unknown and a repeat settles it; anything else is a bug with a trace id.</summary>
    public static Task OutageOrBugAsync(HttpContext context)
    {
        var problem = context.Features.Get<IExceptionHandlerFeature>()?.Error switch
        {
            BadHttpRequestException { InnerException: JsonException json } => Unreadable(json),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problems.TooLarge(MostBodyBytes),
            BadHttpRequestException bad => Problems.Unreadable("request", "路径或查询参数的格式不正确", bad.Message),
            PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire } => Problems.Unreadable("request", "含有不允许的字符 U+0000", "contains the character U+0000, which is not allowed"),
            { } error when IsOutage(error) => Problems.NotConfirmed(),
            _ => Problems.Bug(System.Diagnostics.Activity.Current?.Id ?? context.TraceIdentifier),
        };
        if (problem.Name == "notConfirmed")
        {
            context.RequestServices.GetRequiredService<Measures>().NotConfirmed("http");
        }

        return problem.ExecuteAsync(context);
    }

    /// <summary>The framework refuses some requests with a bare status; under /api every refusal is a problem.</summary>
    public static Task BareRefusalAsync(StatusCodeContext context)
    {
        var problem = context.HttpContext.Response.StatusCode switch
        {
            _ when !context.HttpContext.Request.Path.StartsWithSegments("/api") => null,
            StatusCodes.Status404NotFound => Problems.NotFound("此路径", "route"),
            StatusCodes.Status405MethodNotAllowed => Problems.NotSupported(StatusCodes.Status405MethodNotAllowed, "此路径不支持该方法", "This route does not know the method"),
            StatusCodes.Status413PayloadTooLarge => Problems.TooLarge(MostBodyBytes),
            StatusCodes.Status415UnsupportedMediaType => Problems.NotSupported(
                StatusCodes.Status415UnsupportedMediaType, "内容类型应为 application/json", "The content type must be application/json"),
            StatusCodes.Status400BadRequest => Problems.Unreadable("request", "请求格式不正确", "is not a well-formed request"),
            _ => null,
        };
        return problem?.ExecuteAsync(context.HttpContext) ?? Task.CompletedTask;
    }

    public static bool IsOutage(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException!)
        {
            if (cause is TimeoutException || cause is NpgsqlException { IsTransient: true }
                || cause is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.AdminShutdown
                    or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.DiskFull
                    or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.DeadlockDetected
                    or PostgresErrorCodes.SerializationFailure or "25P03" }) // idle in transaction for too long
            {
                return true;
            }
        }

        return false;
    }

    // The serializer's own words name our types, which is of no use to a caller; the field is.
    private static Problem Unreadable(JsonException json)
    {
        var field = (json.Path ?? "").TrimStart('$').TrimStart('.');
        return json.Message.Contains("could not be mapped", StringComparison.Ordinal)
            ? Problems.Unreadable(field, "没有这个字段，请核对拼写", "there is no such field, check its spelling")
            : Problems.Unreadable(
                field.Length == 0 ? "body" : field,
                $"不是有效的 JSON，或类型不符（第 {json.LineNumber + 1} 行）",
                $"is not valid JSON, or not of the type expected here (line {json.LineNumber + 1})");
    }

    private static IServiceCollection AddHosted<T>(this IServiceCollection services)
        where T : BackgroundService =>
        services.AddSingleton<T>().AddHostedService(provider => provider.GetRequiredService<T>());
}
